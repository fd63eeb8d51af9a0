import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  gitIn,
  makeWorkspace,
  manifest,
  type RunResult,
  type Workspace,
  writeFiles,
} from '../../fixtures/cli.js';

/** In every file that must not be seen; the agent looks for it everywhere. */
const MARK = 'TOPSECRET-91c4';
const GITHUB_TOKEN = ['ghp', 'A8x2Kd93LmQp07ZtYw5RvBn64HsJcU1eFg2X'].join('_');

const HIDDEN: Readonly<Record<string, string>> = {
  'secret.txt': MARK,
  'deep/er/secret.txt': MARK,
  'private/a.txt': MARK,
  'private/b/c.txt': MARK,
  'rooted.txt': MARK,
  'sub/only-here.dat': MARK,
  'also/x.hid': MARK,
  'logs/a.log': MARK,
  'with space.hide': MARK,
  'Ünïcode.hide': MARK,
  'new\nline.hide': MARK,
  '-dash.hide': MARK,
  'quote".hide': MARK,
  'second.list': MARK,
  'by-flag.txt': MARK,
  'by-file-list.txt': MARK,
  '.env': `KEY=${MARK}`,
  'app/.env.production': `KEY=${MARK}`,
  '.netrc': `machine a login b password ${MARK}`,
  '.ssh/id_rsa': MARK,
  'server.pem': MARK,
  'keys/tls.key': MARK,
  '.npmrc': `//registry.example.org/:_authToken=npm_A8x2Kd93LmQp07ZtYw5RvBn64HsJcU1eFg2X ${MARK}`,
  '.aws/credentials': `[default]\naws_secret_access_key=${MARK}`,
  '.git-credentials': `https://user:${MARK}@example.org`,
  'infra/terraform.tfstate': `{"secret":"${MARK}"}`,
  'src/leaked.ts': `const token = '${GITHUB_TOKEN}'; // ${MARK}`,
  'nested/repo/secret.txt': MARK,
  'nested/repo/.env': MARK,
  'module/secret.txt': MARK,
  'module/key.pem': MARK,
};

const VISIBLE: Readonly<Record<string, string>> = {
  'README.md': '# widget',
  'keep/secret.txt': 'taken back by a nested file',
  'SECRET.TXT': 'another case is another name',
  'Rooted.txt': 'another case',
  'sub/rooted.txt': 'only the root one is hidden',
  'elsewhere/only-here.dat': 'the nested rule counts below its directory',
  'logs/keep.log': 'negated',
  'docs/.env.example': 'KEY=',
  'id_rsa.pub': 'ssh-ed25519 AAAA',
  'shown.pem': '-----BEGIN CERTIFICATE-----',
  'nested/repo/code.ts': 'visible',
  'module/code.ts': 'visible',
  'src/clean.ts': "const token = process.env['TOKEN'];",
};

const RULES: Readonly<Record<string, string>> = {
  '.agentignore': [
    '# comment',
    'secret.txt',
    'private/',
    '/rooted.txt',
    '*.hide',
    '**/*.hid',
    'logs/*.log',
    '!logs/keep.log',
    '!shown.pem',
    '',
  ].join('\n'),
  '.agentsignore': 'second.list\n',
  'sub/.agentignore': 'only-here.dat\n',
  'keep/.agentignore': '!secret.txt\n',
  'cagent.yml': 'version: 1\nworkspace:\n  ignore: [by-file-list.txt]\n',
};

let workspace: Workspace;
let result: RunResult;
let before: readonly string[];

/** Looks in every way for what it must not have. */
const SEARCH = `
echo "== find"; find . -path ./.git -prune -o -print0 | tr '\\0\\n' '\\n?'
echo "== grep"; grep -raol '${MARK}' . /proc/self/root/workspace 2>/dev/null
echo "== direct"; while IFS= read -r -d '' p; do if [ -e "$p" ] || [ -L "$p" ] || cat "$p" >/dev/null 2>&1; then printf '%s\\n' "$p"; fi; done < <(printf '%s' "$HIDDEN_NAMES" | base64 -d)
echo "== git"; git cat-file --batch-all-objects --batch 2>/dev/null | grep -ac '${MARK}'
echo "== links"; cat link-to-secret link-to-private/a.txt 2>&1 | grep -c '${MARK}'
echo "== outside"; cat link-outside 2>&1 | grep -c '${MARK}'
echo "== rename"; mv private private2 2>&1; mkdir -p private; ls -A private; mv secret.txt moved 2>&1; ln secret.txt hard 2>&1; ls moved hard 2>/dev/null
echo "== git files"; git ls-files -z | tr '\\0' '\\n'
echo "== mounts"; grep -c . /proc/self/mountinfo; grep -o 'lowerdir=[^, ]*' /proc/self/mountinfo
`;

function section(name: string): readonly string[] {
  const text = result.stdout.toString('utf8');
  const rest = text.split(`== ${name}\n`)[1] ?? 'missing';
  return (rest.split('== ')[0] ?? '').split('\n').filter(Boolean);
}

beforeAll(async () => {
  workspace = makeWorkspace({ ...HIDDEN, ...VISIBLE, ...RULES }, { git: false });
  const module = join(workspace.root, 'module-origin');
  mkdirSync(module);
  writeFiles(module, { 'secret.txt': MARK, 'key.pem': MARK, 'code.ts': 'visible' });
  for (const directory of [module, join(workspace.directory, 'nested/repo'), workspace.directory]) {
    gitIn(directory, 'init', '--quiet', '--initial-branch', 'main');
    if (directory === workspace.directory) {
      gitIn(
        directory,
        '-c',
        'protocol.file.allow=always',
        'submodule',
        '--quiet',
        'add',
        '--force',
        module,
        'mod2',
      );
    }
    gitIn(directory, 'add', '--all', '--force', '.');
    gitIn(directory, 'commit', '--quiet', '--message', 'first');
  }
  writeFileSync(join(workspace.root, 'outside.txt'), MARK);
  symlinkSync('secret.txt', join(workspace.directory, 'link-to-secret'));
  symlinkSync('private', join(workspace.directory, 'link-to-private'));
  symlinkSync(join(workspace.root, 'outside.txt'), join(workspace.directory, 'link-outside'));
  before = manifest(workspace.directory);
  const names = Buffer.from(
    [...Object.keys(HIDDEN), 'mod2/secret.txt', 'mod2/key.pem', 'nested/repo/.git/config', 'mod2/.git']
      .map((name) => `${name}\0`)
      .join(''),
  );
  result = await workspace.bash(SEARCH, [
    '--ignore',
    'by-flag.txt',
    '--env',
    `HIDDEN_NAMES=${names.toString('base64')}`,
  ]);
});
afterAll(() => workspace.remove());

describe('what is hidden does not exist inside', () => {
  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it.each([...Object.keys(HIDDEN), 'mod2/secret.txt', 'mod2/key.pem'])('%j is in no listing', (path) => {
    expect(section('find')).not.toContain(`./${path.replace('\n', '?')}`);
  });
  it('no hidden path answers to its name', () => expect(section('direct')).toEqual([]));
  it('no file holds hidden content', () => expect(section('grep')).toEqual([]));
  it('no object of git holds hidden content', () => expect(section('git')).toEqual(['0']));
  it('no link inside leads to hidden content', () => expect(section('links')).toEqual(['0']));
  it('no link leads out of the workspace', () => expect(section('outside')).toEqual(['0']));
  it('renaming, linking and making again brings nothing back', () => {
    expect(section('rename').join('\n')).not.toContain('a.txt');
    expect(section('rename').filter((line) => line === 'moved' || line === 'hard')).toEqual([]);
  });
  it('git lists no hidden file', () => {
    const files = section('git files');
    for (const path of Object.keys(HIDDEN)) expect(files).not.toContain(path);
    expect(files).toContain('README.md');
  });
});

describe('what is not hidden is there', () => {
  it.each([...Object.keys(VISIBLE), ...Object.keys(RULES), 'mod2/code.ts'])('%j', (path) => {
    expect(section('find')).toContain(`./${path}`);
  });
});

describe('each hidden path has its reason', () => {
  const reasonOf = (path: string): string | undefined =>
    result.report.workspace.hidden.find((entry) => entry.path === path || path.startsWith(`${entry.path}/`))
      ?.reason;
  it.each(Object.keys(HIDDEN))('%j', (path) => expect(reasonOf(path)).toBeTruthy());
  it.each([
    ['secret.txt', /^\.agentignore:2 secret\.txt/],
    ['private/a.txt', /^\.agentignore:3 private\//],
    ['sub/only-here.dat', /^sub\/\.agentignore:1/],
    ['second.list', /^\.agentsignore:1/],
    ['by-flag.txt', /by-flag\.txt/],
    ['.env', /^built-in: /],
    ['src/leaked.ts', /^secret scan: github-token/],
  ])('%s: %s', (path, reason) => expect(reasonOf(path)).toMatch(reason));
  it('the plan names the same paths', () => {
    expect(result.plan.workspace.hidden.map((entry) => entry.path)).toEqual(
      result.report.workspace.hidden.map((entry) => entry.path),
    );
  });
  it('the secret scan counts its findings', () => {
    expect(result.report.workspace.secretsFound).toBeGreaterThanOrEqual(1);
    expect(result.report.workspace.findings).toContainEqual(
      expect.objectContaining({ path: 'src/leaked.ts', line: 1 }),
    );
  });
  it('no output holds a secret that was found', () => {
    for (const file of [
      'report.json',
      'plan.json',
      'summary.md',
      'report.html',
      'metrics.prom',
      'agent.log',
    ]) {
      expect(result.read(file)).not.toContain(GITHUB_TOKEN);
      // The command itself, which is in the plan, holds the mark.
      if (file !== 'agent.log' && file !== 'plan.json') expect(result.read(file)).not.toContain(MARK);
    }
  });
});

it('the original is untouched: content, modes, times and .git/index', () => {
  expect(manifest(workspace.directory)).toEqual(before);
});

describe('workspace.secrets', () => {
  const configured = async (mode: string): Promise<RunResult> => {
    const other = makeWorkspace({
      'leak.ts': `const token = '${GITHUB_TOKEN}';\n`,
      'cagent.yml': `version: 1\nworkspace: { secrets: ${mode} }\n`,
      '.env': 'A=1\n',
    });
    try {
      const run = await other.bash('ls -A');
      return {
        ...run,
        read: run.read,
        out: run.out,
        report: run.report,
        changes: run.changes,
        plan: run.plan,
        egress: [],
      };
    } finally {
      other.remove();
    }
  };
  it('warn shows the file and says so', async () => {
    const run = await configured('warn');
    expect(run.stdout.toString()).toContain('leak.ts');
    expect(run.report.workspace).toMatchObject({ secretsFound: 1, findings: [{ path: 'leak.ts', line: 1 }] });
    expect(run.stderr).toMatch(/secret scan/i);
    expect(run.stdout.toString()).not.toMatch(/^\.env$/m);
  });
  it('off does not look', async () => {
    const run = await configured('off');
    expect(run.stdout.toString()).toContain('leak.ts');
    expect(run.report.workspace.secretsFound).toBe(0);
    expect(run.stdout.toString()).not.toMatch(/^\.env$/m);
  });
});
