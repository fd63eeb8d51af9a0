import type { Preset } from './preset.js';

export const DOTNET: Preset = {
  name: 'dotnet',
  summary: 'NuGet and the .NET SDK',
  hosts: [
    { host: 'api.nuget.org', reason: 'package index and files' },
    { host: 'globalcdn.nuget.org', reason: 'package files in some regions' },
    { host: 'www.nuget.org', reason: 'feed of older clients' },
    { host: 'builds.dotnet.microsoft.com', reason: 'SDK files for the install script' },
    { host: 'ci.dot.net', reason: 'daily SDK files for the install script' },
    { host: 'dotnet.microsoft.com', reason: 'install script' },
    { host: 'dot.net', reason: 'short links of the install script' },
  ],
};
