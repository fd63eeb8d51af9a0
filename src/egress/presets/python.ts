import type { Preset } from './preset.js';

export const PYTHON: Preset = {
  name: 'python',
  summary: 'pip, uv, Poetry and conda',
  hosts: [
    { host: 'pypi.org', reason: 'package index' },
    { host: 'files.pythonhosted.org', reason: 'package files' },
    { host: 'bootstrap.pypa.io', reason: 'get-pip.py' },
    { host: 'www.python.org', reason: 'sources of Python itself, for pyenv' },
    { host: 'repo.anaconda.com', reason: 'default channels of conda' },
    { host: 'conda.anaconda.org', reason: 'conda-forge and other channels' },
  ],
};
