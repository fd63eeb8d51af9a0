import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf } from './program.js';

/** Files of a test repository: path to content. */
export type Files = Readonly<Record<string, string>>;

/** A git repository with one commit and an origin on GitHub, as a checkout has. Returns `directory`. */
export async function makeRepository(directory: string, files: Files): Promise<string> {
  writeFiles(directory, files);
  const git = (...args: readonly string[]) => outputOf('git', ['-C', directory, ...args]);
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', 'https://github.com/acme/widget.git');
  await git('add', '--all', '--force');
  await git(
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@localhost',
    'commit',
    '--quiet',
    '--message',
    'Start',
  );
  return directory;
}

/** The commit that is checked out. */
export function headOf(directory: string): Promise<string> {
  return outputOf('git', ['-C', directory, 'rev-parse', 'HEAD']);
}

export function writeFiles(directory: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
