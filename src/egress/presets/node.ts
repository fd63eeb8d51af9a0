import type { Preset } from './preset.js';

export const NODE: Preset = {
  name: 'node',
  summary: 'npm, pnpm, Yarn, Bun and Node itself',
  hosts: [
    { host: 'registry.npmjs.org', reason: 'packages and their metadata' },
    { host: 'registry.yarnpkg.com', reason: 'the registry name that Yarn 1 writes into lockfiles' },
    { host: 'repo.yarnpkg.com', reason: 'releases of Yarn 2 and later, for Corepack' },
    { host: 'nodejs.org', reason: 'releases of Node, and headers for native add-ons' },
    { host: 'npm.jsr.io', reason: 'JSR packages for npm clients' },
  ],
};
