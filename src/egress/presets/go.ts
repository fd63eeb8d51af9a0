import type { Preset } from './preset.js';

export const GO: Preset = {
  name: 'go',
  summary: 'Go modules and toolchains',
  hosts: [
    { host: 'proxy.golang.org', reason: 'module proxy, also for toolchains' },
    { host: 'sum.golang.org', reason: 'checksum database' },
    { host: 'go.dev', reason: 'list of releases, and redirects of the download page' },
    { host: 'dl.google.com', reason: 'files of the releases' },
    { host: 'golang.org', reason: 'import path of golang.org/x modules' },
  ],
};
