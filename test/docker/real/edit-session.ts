/**
 * What an agent does in an afternoon, as a program that the sandbox's Node reads from standard input. It leaves in
 * `.agent-scratch` what it thinks the result is: `tree`, the hash that its own git computes, and `listing`, every
 * tracked path with mode and content hash.
 *
 * The directory `packages` holds the code; `MOVE` and `DELETE` are directories in it.
 */
export const EDIT_SESSION = String.raw`
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const run = (file, ...args) => execFileSync(file, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
const git = (...args) => run('git', ...args);
const [moved, deleted] = [process.env.MOVE, process.env.DELETE];
const tracked = git('ls-files', '-z').split('\0').filter(Boolean);
console.log('files', tracked.length);

let formatted = 0;
for (const path of tracked) {
  if (!/\.([cm]?js|tsx?)$/.test(path) || !lstatSync(path).isFile()) continue;
  const text = readFileSync(path, 'latin1');
  const start = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  const body = text.slice(start).replace(/[ \t]+$/gm, '').replace(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
  writeFileSync(path, text.slice(0, start) + '// formatted\n' + body, 'latin1');
  formatted += 1;
}
console.log('formatted', formatted);

// An overlay refuses rename(2) for a directory of the lower layer: \`git mv\` gives up then, mv copies.
run('mv', moved, moved + '-moved');
rmSync(deleted, { recursive: true });
mkdirSync('added/deep/er', { recursive: true });
writeFileSync('added/image.bin', randomBytes(100000));
writeFileSync('added/empty', '');
writeFileSync('added/deep/er/no end of line', 'text');
writeFileSync('added/crlf.txt', 'one\r\ntwo\r\n');
writeFileSync('added/a name with "quotes", \u00e9 and \u{1f680}\n', 'odd\n');
writeFileSync('added/tool.sh', '#!/bin/sh\necho tool\n');
chmodSync('added/tool.sh', 0o755);
symlinkSync('../image.bin', 'added/deep/link');
chmodSync('script.sh', 0o755);
rmSync('was-file');
mkdirSync('was-file');
writeFileSync('was-file/inside', 'now a directory\n');
rmSync('was-directory', { recursive: true });
writeFileSync('was-directory', 'now a file\n');

console.log(run('npm', 'install', '--no-audit', '--no-fund', 'greeter').trim());
writeFileSync('added/agent.test.mjs', "import test from 'node:test';\nimport { execFileSync } from 'node:child_process';\nimport assert from 'node:assert';\ntest('greets', () => assert.match(String(execFileSync('npx', ['greet'])), /hello/));\n");
const outcome = run('node', '--test', 'added/agent.test.mjs');
console.log(outcome.match(/pass \d+/)[0]);

git('add', '--all');
git('commit', '--quiet', '--message', 'format and move');
writeFileSync('.agent-scratch/tree', git('write-tree').trim());
writeFileSync('.agent-scratch/listing', git('ls-files', '--stage', '-z'));
`;
