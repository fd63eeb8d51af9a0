import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { readEnvironment } from '../core/environment.js';
import { main } from './main.js';
import { outputStream } from './output-stream.js';

// The bundle is dist/cli/index.js, so the installation is two folders up. Not `new URL(..., import.meta.url)`: the
// bundler would take that for a file to be copied.
const installation = resolve(import.meta.dirname, '../..');

process.exitCode = await main(process.argv.slice(2), {
  environment: readEnvironment(),
  cwd: process.cwd(),
  installation,
  interactive: isatty(0),
  stdout: outputStream(1),
  stderr: outputStream(2),
});
