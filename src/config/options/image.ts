import type { OptionTable } from '../option.js';
import { onOff, path, text } from '../value-type.js';

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
  push: {
    topic: 'image',
    type: text(
      'an image reference with a registry or a repository and no digest, such as ghcr.io/org/image:1',
      /^[a-z0-9][A-Za-z0-9._/:-]*$/,
    ),
    placeholder: 'REF',
    onCommandLine: false,
    isInput: false,
    description: "Push the agent's image under this name.",
  },
  'no-cache': {
    topic: 'image',
    type: onOff(),
    onCommandLine: false,
    isInput: false,
    default: 'false',
    description: 'Pull or build anew, also what is there already.',
  },
  'dry-run': {
    topic: 'image',
    type: onOff(),
    onCommandLine: false,
    isInput: false,
    default: 'false',
    description: 'Print the docker commands and run none.',
  },
} as const satisfies OptionTable;
