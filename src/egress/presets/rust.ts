import type { Preset } from './preset.js';

export const RUST: Preset = {
  name: 'rust',
  summary: 'Cargo and rustup',
  hosts: [
    { host: 'index.crates.io', reason: 'sparse index of crates' },
    { host: 'static.crates.io', reason: 'files of crates' },
    { host: 'crates.io', reason: 'download redirects of older clients' },
    { host: 'static.rust-lang.org', reason: 'toolchains for rustup' },
    { host: 'sh.rustup.rs', reason: 'installer of rustup' },
  ],
};
