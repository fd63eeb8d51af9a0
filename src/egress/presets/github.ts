import type { Preset } from './preset.js';

export const GITHUB: Preset = {
  name: 'github',
  summary: 'clone and API of github.com; an agent with a token can also write there',
  hosts: [
    { host: 'github.com', reason: 'clone over HTTPS, release pages, archives' },
    { host: 'api.github.com', reason: 'REST and GraphQL API' },
    { host: 'codeload.github.com', reason: 'archives of repositories' },
    { host: 'raw.githubusercontent.com', reason: 'single files of repositories' },
    { host: 'objects.githubusercontent.com', reason: 'release files and LFS objects' },
    { host: 'release-assets.githubusercontent.com', reason: 'release files' },
    { host: 'media.githubusercontent.com', reason: 'LFS files' },
    { host: 'github-cloud.githubusercontent.com', reason: 'LFS objects' },
    { host: 'github-cloud.s3.amazonaws.com', reason: 'LFS objects' },
    { host: 'lfs.github.com', reason: 'LFS of older clients' },
  ],
};
