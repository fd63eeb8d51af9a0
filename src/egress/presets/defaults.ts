import type { Preset } from './preset.js';

export const DEFAULTS: Preset = {
  name: 'defaults',
  summary: 'the npm registry, PyPI and the model API of the agent: what applies without any allow list',
  hosts: [
    { host: 'registry.npmjs.org', reason: 'packages of npm, pnpm, Yarn and Bun' },
    { host: 'pypi.org', reason: 'index of Python packages' },
    { host: 'files.pythonhosted.org', reason: 'files of Python packages' },
  ],
};
