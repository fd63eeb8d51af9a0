import type { Preset } from './preset.js';

export const PHP: Preset = {
  name: 'php',
  summary: 'Composer; package files come from GitHub, see the preset github',
  hosts: [
    { host: 'repo.packagist.org', reason: 'package metadata' },
    { host: 'packagist.org', reason: 'search and older clients' },
    { host: 'getcomposer.org', reason: 'installer and updates of Composer' },
  ],
};
