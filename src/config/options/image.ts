import type { OptionTable } from '../option.js';
import { path, text } from '../value-type.js';

const REFERENCE = 'an image reference such as ghcr.io/org/image@sha256:... or node:24';

export const IMAGE_OPTIONS = {
  image: {
    topic: 'image',
    type: text(REFERENCE, /^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$/),
    placeholder: 'REF',
    key: 'image.ref',
    onCommandLine: true,
    isInput: true,
    otherwise: "cagent's own image",
    description: 'Image that the agent runs in.',
  },
  'image-build': {
    topic: 'image',
    type: path(),
    key: 'image.build',
    onCommandLine: false,
    isInput: false,
    description: 'Directory with a Dockerfile to build the image from, instead of `image.ref`.',
  },
} as const satisfies OptionTable;
