import type { OptionTable } from '../option.js';
import { integer, list, textSchema } from '../value-type.js';

export const PATCH_OPTIONS = {
  'patch-max-files': {
    topic: 'patch',
    type: integer(0, 1_000_000),
    key: 'patch.max-files',
    onCommandLine: false,
    isInput: false,
    default: '100',
    description: 'Files that a patch may touch and still be applied.',
  },
  'patch-max-kilobytes': {
    topic: 'patch',
    type: integer(0, 1_000_000_000),
    key: 'patch.max-kilobytes',
    onCommandLine: false,
    isInput: false,
    default: '4096',
    description: 'Size up to which a patch is applied, in units of 1024 bytes.',
  },
  'patch-protected': {
    topic: 'patch',
    type: list('globs', textSchema('a glob', /^[^\0\r\n]+$/)),
    key: 'patch.protected',
    onCommandLine: false,
    isInput: false,
    default: ['.github/**', '**/CODEOWNERS', '.git*', 'cagent.yml', '.agentignore'],
    description: 'Paths that are not changed without a person. A list here replaces the default.',
  },
  'patch-allowed': {
    topic: 'patch',
    type: list('globs', textSchema('a glob', /^[^\0\r\n]+$/)),
    key: 'patch.allowed',
    onCommandLine: false,
    isInput: false,
    otherwise: 'every path',
    description: 'The only paths that a patch may change; one with any other path is refused as a whole.',
  },
  'patch-excluded': {
    topic: 'patch',
    type: list('globs', textSchema('a glob', /^[^\0\r\n]+$/)),
    key: 'patch.excluded',
    onCommandLine: false,
    isInput: false,
    otherwise: 'no path',
    description: 'Paths that are left out when a patch is applied; the rest of it is applied.',
  },
} as const satisfies OptionTable;
