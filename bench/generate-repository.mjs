// Repositories to measure with.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PER_DIRECTORY = 100;
const TOP_DIRECTORIES = 40;

/**
 * Writes a repository of `files` small source files in one commit; `hidden` more match `.agentignore`. Its objects are
 * in one pack, as after a clone: a hundred thousand loose ones would measure the file system.
 */
export function generateRepository(root, files, hidden) {
  const place = (at) =>
    `${Math.floor(at / PER_DIRECTORY) % TOP_DIRECTORIES}/${Math.floor(at / PER_DIRECTORY / TOP_DIRECTORIES)}`;
  for (let at = 0; at < files; at++) {
    const directory = join(root, 'src', place(at));
    if (at % PER_DIRECTORY === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${at}.ts`), `export const value${at} = ${at};\n`.repeat(1 + (at % 80)));
  }
  for (let at = 0; at < hidden; at++) {
    const directory = join(root, 'src', String(at % TOP_DIRECTORIES), 'secret');
    if (at < TOP_DIRECTORIES) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `h${at}.hidden`), `secret ${at}\n`);
  }
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, '.agentignore'), '*.hidden\n');
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  const git = (...args) => execFileSync('git', ['-C', root, ...identity, ...args]);
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'All files');
  git('repack', '-adq');
  return root;
}
