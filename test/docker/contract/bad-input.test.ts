import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  type Files,
  makeWorkspace,
  manifest,
  type Workspace,
  writeFiles,
} from '../../fixtures/cli.js';

let workspace: Workspace;
let before: readonly string[];
let environment: Readonly<Record<string, string>>;

const FILES: Files = {
  'README.md': '# widget\n',
  'prompt.md': 'do it\n',
  'empty.md': ' \n',
  'not-a-ca.pem.txt': 'hello\n',
};

/** Says of every docker command that was asked for, and asks it. */
const RECORDING_DOCKER = `#!/bin/sh
echo "$*" >> "$DOCKER_RECORD"
exec ${execFileSync('sh', ['-c', 'command -v docker']).toString().trim()} "$@"
`;

beforeAll(() => {
  workspace = makeWorkspace(FILES);
  before = manifest(workspace.directory);
  writeFiles(workspace.root, { 'bin/docker': RECORDING_DOCKER, 'docker.log': '' });
  chmodSync(join(workspace.root, 'bin/docker'), 0o755);
  mkdirSync(join(workspace.root, 'tmp'));
  environment = {
    PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}`,
    DOCKER_RECORD: join(workspace.root, 'docker.log'),
    TMPDIR: join(workspace.root, 'tmp'),
    XDG_STATE_HOME: join(workspace.root, 'state'),
  };
});
afterAll(() => workspace.remove());

/** One line that says what is wrong and where; nothing on standard output; nothing left behind. */
async function refused(
  args: readonly string[],
  words: readonly (string | RegExp)[],
  cwd = workspace.directory,
): Promise<void> {
  const ended = await cagent(args, { cwd, env: environment });
  expect(ended.exitCode, ended.stderr).toBe(125);
  expect(ended.stdout.toString()).toBe('');
  expect(ended.stderr).toMatch(/^cagent: [a-z]+\.[a-z]+: [^\n]+\n$/);
  for (const word of words) expect(ended.stderr).toMatch(word);
  expect(existsSync(workspace.out)).toBe(false);
}

describe('command lines that are refused with one line and 125', () => {
  const run = (...more: readonly string[]) => ['run', '--out', '../run', ...more];
  const CASES: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
    ['an unknown command', ['rnu'], ['rnu', 'run, plan, shell, build', /nearest:? "?run/]],
    ['an unknown option', run('--netwrok', 'none', '--', 'true'), ['--netwrok', '--network']],
    ['an unknown option with =', run('--modee=overlay', '--', 'true'), ['--modee', '--mode']],
    ['an unknown short option', run('-x', '--', 'true'), ['-x']],
    ['a missing value', run('--mode'), ['--mode', 'overlay']],
    ['a value that an option swallowed', run('--prompt', '--json', '--', 'true'), ['--prompt']],
    ['a word without --', run('ls', '-la'), ['ls', '--']],
    ['nothing after --', run('--'), ['command']],
    ['no agent and no command', run(), ['agent', 'command']],
    ['an agent that is not known', run('--agent', 'clade', '--prompt', 'x'), ['clade', 'claude', '--agent']],
    ['an agent without a prompt', run('--agent', 'claude'), ['prompt']],
    [
      'two prompts',
      run('--agent', 'claude', '--prompt', 'x', '--prompt-file', 'prompt.md'),
      ['--prompt', '--prompt-file'],
    ],
    [
      'a prompt file that is not there',
      run('--agent', 'claude', '--prompt-file', 'gone.md'),
      ['gone.md', '--prompt-file'],
    ],
    ['a prompt file that is empty', run('--agent', 'claude', '--prompt-file', 'empty.md'), ['empty.md']],
    [
      'a mode that is none',
      run('--mode', 'write', '--', 'true'),
      ['--mode', '"write"', 'overlay', 'read-only'],
    ],
    [
      'a git mode that is none',
      run('--git', 'full', '--', 'true'),
      ['--git', '"full"', 'snapshot', 'history', 'none'],
    ],
    [
      'a network mode that is none',
      run('--network', 'off', '--', 'true'),
      ['--network', '"off"', 'block', 'audit', 'none'],
    ],
    [
      'rules without a network',
      run('--network', 'none', '--allow', 'example.org', '--', 'true'),
      ['--network', '--allow'],
    ],
    ['cpus that are no number', run('--cpus', 'two', '--', 'true'), ['--cpus', '"two"']],
    ['no cpus', run('--cpus', '0', '--', 'true'), ['--cpus', '0']],
    ['negative cpus', run('--cpus=-1', '--', 'true'), ['--cpus']],
    ['memory in an unknown unit', run('--memory', '4x', '--', 'true'), ['--memory', '4x']],
    ['too little memory', run('--memory', '1k', '--', 'true'), ['--memory', '1k']],
    ['pids that are not whole', run('--pids', '1.5', '--', 'true'), ['--pids', '1.5']],
    ['no pids', run('--pids', '0', '--', 'true'), ['--pids']],
    ['a disk that is no size', run('--disk', 'much', '--', 'true'), ['--disk', 'much']],
    ['a time-out that is none', run('--timeout', 'soon', '--', 'true'), ['--timeout', 'soon', '30m']],
    ['no time', run('--timeout', '0', '--', 'true'), ['--timeout']],
    ['an empty runtime', run('--runtime', '', '--', 'true'), ['--runtime']],
    ['an image that is an option', run('--image', '--privileged', '--', 'true'), ['--image']],
    ['an image with a space', run('--image', 'a b', '--', 'true'), ['--image', 'a b']],
    [
      'a resolver that is no address',
      run('--resolver', 'dns.example.org', '--', 'true'),
      ['--resolver', 'dns.example.org'],
    ],
    ['the network of the host as uplink', run('--uplink', 'host', '--', 'true'), ['--uplink', 'host']],
    ['a CA file that is not there', run('--ca-file', 'gone.pem', '--', 'true'), ['--ca-file', 'gone.pem']],
    [
      'a CA file that holds no certificate',
      run('--ca-file', 'not-a-ca.pem.txt', '--', 'true'),
      ['--ca-file', 'not-a-ca.pem.txt'],
    ],
    [
      'a variable that is not set',
      run('--env', 'NOT_SET_ANYWHERE', '--', 'true'),
      ['--env', 'NOT_SET_ANYWHERE', 'not set'],
    ],
    ['a variable without a name', run('--env', '=x', '--', 'true'), ['--env']],
    ['a variable with an impossible name', run('--env', '1A=x', '--', 'true'), ['--env', '1A']],
    ['an empty pattern', run('--ignore', '', '--', 'true'), ['--ignore']],
    [
      'a bad rule: a port too high',
      run('--allow', 'https://example.org:70000/', '--', 'true'),
      ['example.org:70000'],
    ],
    [
      'a bad rule: a wildcard in the middle',
      run('--allow', 'a.*.example.org', '--', 'true'),
      ['a.*.example.org'],
    ],
    ['a bad rule: a CIDR with too many bits', run('--allow', '10.0.0.0/33', '--', 'true'), ['10.0.0.0/33']],
    [
      'a bad rule: another scheme',
      run('--allow', 'ftp://example.org/', '--', 'true'),
      ['ftp://example.org/'],
    ],
    ['an unknown preset', run('--allow', 'nodee', '--', 'true'), ['nodee', 'node']],
    [
      'a workspace that is not there',
      run('--workspace', '/nonexistent/work', '--', 'true'),
      ['/nonexistent/work', '--workspace'],
    ],
    [
      'a workspace that is a file',
      run('--workspace', 'README.md', '--', 'true'),
      ['README.md', 'not a directory'],
    ],
    ['the root as workspace', run('--workspace', '/', '--', 'true'), ['root']],
    ['an empty workspace', run('--workspace', '', '--', 'true'), ['--workspace']],
    ['a configuration that is not there', run('--config', 'gone.yml', '--', 'true'), ['gone.yml']],
    ['a configuration that is a directory', run('--config', '.', '--', 'true'), [/director/]],
    ['apply without a run directory', ['apply'], ['run directory']],
    ['apply with a directory that is no run', ['apply', '.'], [/report|run/]],
    ['doctor with a word', ['doctor', 'me'], ['me']],
    ['clean with a command', ['clean', '--', 'true'], ['clean']],
    ['an option before the command', ['--json', 'run', '--', 'true'], ['--json']],
  ];
  it.each(CASES)('%s', async (_, args, words) => {
    await refused(
      args,
      words.map((word) =>
        typeof word === 'string' ? new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : word,
      ),
    );
  });

  it('no value of a secret variable is shown', async () => {
    const ended = await cagent(['run', '--env', 'S3CRET NAME', '--', 'true'], {
      env: { 'S3CRET NAME': 'topsecretvalue' },
    });
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).not.toContain('topsecretvalue');
  });
});

describe('an invalid cagent.yml never falls back to defaults', () => {
  const CASES: readonly (readonly [string, string, readonly RegExp[]])[] = [
    ['a key that is nearly right', 'version: 1\nnetwrok: { mode: none }\n', [/netwrok/, /network/]],
    [
      'a nested key that is nearly right',
      'version: 1\nnetwork: { mod: none }\n',
      [/network\.mod\b|network: .*mod/, /mode/],
    ],
    ['a wrong type', 'version: 1\nlimits: { pids: many }\n', [/limits\.pids/, /many/]],
    ['a wrong value', 'version: 1\nworkspace: { mode: rw }\n', [/workspace\.mode/, /"rw"/, /overlay/]],
    ['a list in the place of a map', 'version: 1\nnetwork: []\n', [/network/]],
    ['a number in the place of a list', 'version: 1\nnetwork: { allow: 5 }\n', [/network\.allow/]],
    [
      'an unknown key in a rule',
      'version: 1\nnetwork: { allow: [{ dest: a.example, port: 1 }] }\n',
      [/port\b/, /ports/],
    ],
    ['a rule without a destination', 'version: 1\nnetwork: { allow: [{ ports: [1] }] }\n', [/allow/, /dest/]],
    [
      'a path outside the prefix',
      'version: 1\nnetwork: { allow: [{ dest: "https://a.example/v1/", http: [{ paths: [/v2/] }] }] }\n',
      [/\/v2\//, /\/v1\//],
    ],
    ['two images', 'version: 1\nimage: { ref: a, build: b }\n', [/image\.ref/, /image\.build/]],
    [
      'two prompts',
      'version: 1\nagent: { use: claude, prompt: a, prompt-file: prompt.md }\n',
      [/prompt/, /prompt-file/],
    ],
    [
      'rules without a network',
      'version: 1\nnetwork: { mode: none, allow: [a.example] }\n',
      [/network/, /allow|rules/],
    ],
    ['a version that is not known', 'version: 2\n', [/version/, /2/, /1/]],
    ['no version', 'runtime: runc\n', [/version/]],
    ['the same key twice', 'version: 1\nruntime: a\nruntime: b\n', [/runtime/]],
    ['no YAML', 'version: 1\n  bad: [\n', [/cagent\.yml/, /line|:\d/]],
    ['a text', 'hello\n', [/cagent\.yml/]],
    ['an empty file', '', [/cagent\.yml/]],
    [
      'a secrets mode that is none',
      'version: 1\nworkspace: { secrets: true }\n',
      [/workspace\.secrets/, /hide/],
    ],
    ['a negative cap', 'version: 1\npatch: { max-files: -1 }\n', [/patch\.max-files/]],
    ['a build directory that is not there', 'version: 1\nimage: { build: gone }\n', [/image\.build/, /gone/]],
    [
      'an ignore file that is not there',
      'version: 1\nworkspace: { ignore-file: .gone }\n',
      [/ignore-file/, /\.gone/],
    ],
  ];
  it.each(CASES)('%s', async (_, text, words) => {
    const directory = join(workspace.root, 'config');
    mkdirSync(directory, { recursive: true });
    writeFiles(directory, { 'cagent.yml': text, 'prompt.md': 'do it\n' });
    await refused(['run', '--out', '../run', '--', 'true'], words, directory);
    await refused(['plan', '--', 'true'], words, directory);
  });
});

describe('run directories that are refused', () => {
  it.each([
    ['a file', () => join(workspace.root, 'a-file')],
    ['below a file', () => join(workspace.root, 'a-file/run')],
    ['the workspace itself', () => workspace.directory],
    ['a directory with a foreign report.json', () => join(workspace.root, 'foreign')],
    ['below /proc', () => '/proc/run'],
  ])('%s', async (_, path) => {
    writeFileSync(join(workspace.root, 'a-file'), 'x');
    writeFiles(workspace.root, { 'foreign/report.json': '{"mine":true}' });
    const ended = await cagent(['run', '--network', 'none', '--out', path(), '--', 'true'], {
      cwd: workspace.directory,
      env: environment,
    });
    expect(ended.exitCode, ended.stderr).toBe(125);
    expect(ended.stderr).toMatch(/^cagent: config\.out: [^\n]+\n$/);
    expect(existsSync(join(workspace.root, 'foreign/changes.patch'))).toBe(false);
  });
});

describe('after all of that', () => {
  it('the workspace is as it was', () => expect(manifest(workspace.directory)).toEqual(before));
  it('Docker was never asked for anything', () =>
    expect(readFileSync(join(workspace.root, 'docker.log'), 'utf8')).toBe(''));
  it('no private directory was made', () => expect(readdirSync(join(workspace.root, 'tmp'))).toEqual([]));
  it('no run directory was made in the default place', () =>
    expect(existsSync(join(workspace.root, 'state'))).toBe(false));
});
