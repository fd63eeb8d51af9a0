import type { Preset } from './preset.js';

export const RUBY: Preset = {
  name: 'ruby',
  summary: 'RubyGems and Bundler',
  hosts: [
    { host: 'rubygems.org', reason: 'gems' },
    { host: 'index.rubygems.org', reason: 'compact index for Bundler' },
    { host: 'api.rubygems.org', reason: 'dependency API of older clients' },
    { host: 'cache.ruby-lang.org', reason: 'sources of Ruby itself' },
  ],
};
