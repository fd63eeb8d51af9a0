import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cleanUp,
  fingerprint,
  git,
  type Made,
  repository,
  temporary,
  view,
  write,
} from '../../unit/workspace/fixture.js';

const IMAGE = 'node:24-bookworm-slim';
const CANARY = 'TOPSECRET-CANARY-7f3a';
const volumes: string[] = [];

function mount(made: Made): string {
  const name = `cagent-test-${randomBytes(6).toString('hex')}`;
  const options = [
    '--driver',
    'local',
    '--opt',
    'type=overlay',
    '--opt',
    'device=overlay',
    '--opt',
    `o=${made.overlayOptions}`,
  ];
  execFileSync('docker', ['volume', 'create', '--label', 'cagent.test=workspace', ...options, name]);
  volumes.push(name);
  return name;
}

interface Answer {
  readonly code: number | null;
  readonly out: string;
}

/** A shell in the view, as the agent runs: the owner's uid, no capability. */
function run(made: Made, volume: string, script: string, image = IMAGE): Answer {
  const scratch = made.scratch === undefined ? [] : ['-v', `${made.scratch}:/workspace/.agent-scratch`];
  const user = `${made.plan.owner.uid}:${made.plan.owner.gid}`;
  const mode = made.plan.mode === 'read-only' ? 'ro,nocopy' : 'nocopy';
  const options = [
    '--rm',
    '--network',
    'none',
    '--cap-drop',
    'ALL',
    '--user',
    user,
    '-w',
    '/workspace',
    '-v',
    `${volume}:/workspace:${mode}`,
  ];
  const { status, stdout, stderr } = spawnSync(
    'docker',
    ['run', ...options, ...scratch, image, 'sh', '-c', script],
    { encoding: 'latin1' },
  );
  return { code: status, out: `${stdout}${stderr}` };
}

afterAll(() => {
  for (const volume of volumes) spawnSync('docker', ['volume', 'rm', '-f', volume]);
  cleanUp();
});

/** A workspace with a secret in every place where people leave one. */
function workspace(): string {
  const root = repository({
    '.agentignore': 'private/\n*.secret\n',
    'a.txt': 'visible\n',
    '.env': CANARY,
    'src/.env.production': CANARY,
    'src/code.ts': 'code\n',
    'private/deep/file.txt': CANARY,
    'notes.secret': CANARY,
    'new\nline.secret': CANARY,
    'quo"te\'.secret': CANARY,
    'co:lon,comma\\.secret': CANARY,
    'forgotten.txt': `${CANARY}\nAKIA${'QWERTYUIOPASDFGH'}\n`,
  });
  write(root, {
    'vendor/nested/.git/config': `[http]\n\textraheader = AUTHORIZATION: basic ${CANARY}\n`,
    'vendor/nested/x.txt': 'x',
  });
  writeFileSync(
    Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff, 0xfe]), Buffer.from('.secret')]),
    CANARY,
  );
  symlinkSync('.env', join(root, 'link-to-env'));
  symlinkSync('/workspace/private/deep/file.txt', join(root, 'absolute-link'));
  symlinkSync(join(root, '.env'), join(root, 'host-link'));
  linkSync(join(root, '.env'), join(root, 'hard-link.txt'));
  git(root, 'stash', 'list');
  return root;
}

describe.each(['overlay', 'read-only'] as const)('the view, %s', (mode) => {
  let root: string;
  let made: Made;
  let volume: string;
  beforeAll(async () => {
    root = workspace();
    made = await view(root, { mode });
    volume = mount(made);
  });

  it('shows what is visible, with owner, modes and times of the original', () => {
    const { out } = run(made, volume, 'cat a.txt src/code.ts; stat -c "%n %a %u %Y" . src a.txt');
    const line = (path: string): string => {
      const stat = lstatSync(join(root, path));
      return `${path} ${(stat.mode & 0o7777).toString(8)} ${stat.uid} ${Math.floor(stat.mtimeMs / 1000)}\n`;
    };
    expect(out).toBe(`visible\ncode\n${line('.')}${line('src')}${line('a.txt')}`);
  });

  it.each([
    ['its name', 'cat .env src/.env.production private/deep/file.txt notes.secret forgotten.txt'],
    ['a glob', 'cat * .* */* */.* */*/* 2>/dev/null'],
    ['a search for content', `grep -ra CANARY . --exclude-dir=proc`],
    ['links', 'cat link-to-env absolute-link host-link hard-link.txt'],
    [
      'a path through other directories',
      'cat src/../.env ./private/../private/deep/file.txt /proc/self/cwd/.env /proc/1/root/workspace/.env',
    ],
    [
      'file descriptors and mounts',
      'timeout 3 cat /proc/self/mountinfo /proc/*/fd/* 2>&1 < /dev/null | grep -a CANARY',
    ],
    ['a rename of its directory', 'mv src src2; cat src2/.env.production; mv src2 src'],
    ['a new hard link', 'ln .env mine; ln private/deep/file.txt mine2; cat mine mine2'],
    ['git data of a nested repository', 'cat vendor/nested/.git/config'],
    [
      'names with line breaks, quotes, separators and odd bytes',
      'find . -name "*secret*" -exec cat {} +; cat "new\nline.secret"',
    ],
  ])('does not give a hidden file away through %s', (_how, script) => {
    expect(run(made, volume, script).out).not.toContain(CANARY);
  });

  it('has no entry for a hidden path: no name, no placeholder, no inode', () => {
    const { out } = run(made, volume, 'find . -not -path "./.git/*"; ls -laR . ');
    for (const name of ['.env', 'private', '.secret', 'forgotten', 'hard-link']) {
      expect(
        out
          .replaceAll('link-to-env', '')
          .replaceAll(`${root}/.env`, '')
          .replaceAll('-> .env', '')
          .replaceAll('/workspace/private/deep', ''),
      ).not.toContain(name);
    }
    const inode = lstatSync(join(root, '.env')).ino;
    expect(run(made, volume, `find . -inum ${inode}`).out.trim()).toBe('');
  });

  it('answers "no such file" for every hidden path of the plan', () => {
    expect(made.plan.hidden.length).toBeGreaterThan(8);
    const script = made.plan.hidden
      .filter((entry) => entry.path.isWellFormed())
      .map((entry) => `[ -e '${entry.path.replaceAll("'", "'\\''")}' ] && echo EXPOSED; `)
      .join('');
    expect(run(made, volume, `${script}true`).out).toBe('');
  });

  it('keeps a hidden path hidden when the host replaces it, and when it is made anew', () => {
    const [other, later] = [join(root, 'other.tmp'), join(root, 'private')];
    const child = [
      'run',
      '-d',
      '--rm',
      '--network',
      'none',
      '-v',
      `${volume}:/workspace:nocopy`,
      IMAGE,
      'sleep',
      '60',
    ];
    const id = execFileSync('docker', child, { encoding: 'utf8' }).trim();
    try {
      const read = (): string =>
        spawnSync(
          'docker',
          ['exec', id, 'sh', '-c', 'cat /workspace/.env /workspace/private/new; ls -a /workspace'],
          { encoding: 'utf8' },
        ).stdout;
      expect(read()).not.toContain(CANARY);
      writeFileSync(other, CANARY);
      renameSync(other, join(root, '.env'));
      rmSync(later, { recursive: true });
      mkdirSync(later);
      writeFileSync(join(later, 'new'), CANARY);
      expect(read()).not.toContain(CANARY);
      expect(read().split('\n')).not.toContain('private');
    } finally {
      spawnSync('docker', ['rm', '-f', id]);
    }
  });

  it('lets the agent write only where it may, and never into the original', () => {
    const before = fingerprint(root);
    const { out } = run(
      made,
      volume,
      'echo new > written.txt; echo note > .agent-scratch/note && cat .agent-scratch/README; echo x > .env; echo changed >> a.txt; mknod w c 0 0',
    );
    expect(out).toContain('notes\n');
    if (mode === 'overlay') {
      const upper = readdirSync(made.upper as string);
      expect(upper).toEqual(expect.arrayContaining(['.agent-scratch', '.env', 'a.txt', 'written.txt']));
      expect(upper).not.toContain('w');
    } else {
      expect(out).toContain('Read-only file system');
      expect(readdirSync(made.scratch as string).toSorted()).toEqual(['README', 'note']);
    }
    expect(fingerprint(root)).toBe(before);
  });
});

describe('the view', () => {
  it('works for a workspace whose path has colons, commas, backslashes and a line break', async () => {
    const root = join(temporary(), 'a:b,c\\d\n"e é');
    write(root, { 'a.txt': 'visible', '.env': CANARY });
    git(root, 'init', '-q', '.');
    const made = await view(root);
    const { out } = run(made, mount(made), 'cat a.txt .env; ls .git');
    expect(out).toContain('visible');
    expect(out).toContain('HEAD');
    expect(out).not.toContain(CANARY);
  });

  it('hides five thousand paths', async () => {
    const root = temporary();
    write(root, { '.agentignore': '*.s\n', 'keep.txt': 'k' });
    for (let at = 0; at < 5_000; at++) write(root, { [`d${at % 100}/f${at}.s`]: CANARY });
    const made = await view(root);
    expect(made.plan.hidden).toHaveLength(5_000);
    expect(
      run(made, mount(made), 'find . -type f; grep -r CANARY .').out.split('\n').filter(Boolean).toSorted(),
    ).toEqual(['./.agent-scratch/README', './.agentignore', './keep.txt']);
  });

  it('belongs to the owner of the workspace when root prepares it', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0);
    const root = repository({ 'a.txt': 'a', 'd/.env': CANARY, 'd/x': 'x' });
    execFileSync('chown', ['-R', '1001:1001', root]);
    chmodSync(root, 0o700);
    const made = await view(root);
    expect(made.plan.owner).toEqual({ uid: 1001, gid: 1001 });
    expect(made.plan.git.kind).toBe('snapshot');
    const { code, out } = run(
      made,
      mount(made),
      'id -u; echo e >> a.txt && echo n > d/new && rm d/x && mkdir .git/x && echo y > .agent-scratch/y && stat -c %u . d .git .git/index .agent-scratch',
    );
    expect(out).toBe('1001\n1001\n1001\n1001\n1001\n1001\n');
    expect(code).toBe(0);
  });

  it('can be prepared, and mostly removed, by an ordinary user', () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).toBeGreaterThan(0);
    const home = temporary();
    chmodSync(home, 0o755);
    chownSync(home, 1001, 1001);
    const script = join(home, 'prepare.mjs');
    writeFileSync(script, ORDINARY_USER);
    const lib = temporary();
    chmodSync(lib, 0o755);
    execFileSync('node_modules/.bin/tsc', ['--outDir', lib, '--noEmitOnError', 'false'], { stdio: 'ignore' });
    writeFileSync(join(lib, 'package.json'), '{"type":"module"}');
    const answer = spawnSync(
      'setpriv',
      ['--reuid', '1001', '--regid', '1001', '--clear-groups', process.execPath, script, lib, home],
      { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home } },
    );
    expect(answer.stderr).toBe('');
    expect(answer.stdout.trim().split('\n')).toEqual(['hidden .env,shut', 'kind snapshot', 'remaining 0']);
  });
});

const ORDINARY_USER = `
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
const [lib, home] = process.argv.slice(2);
const { planWorkspace } = await import(lib + '/workspace/plan-workspace.js');
const { prepareView } = await import(lib + '/workspace/prepare-view.js');
const { removeView } = await import(lib + '/workspace/remove-view.js');
const { systemProcesses: processes } = await import(lib + '/core/process.js');
const root = home + '/w';
mkdirSync(root + '/shut', { recursive: true });
writeFileSync(root + '/a.txt', 'a');
writeFileSync(root + '/.env', 'x');
chmodSync(root + '/shut', 0);
execFileSync('git', ['init', '-q', root]);
const view = { mode: 'overlay', ignoreFile: '.agentignore', ignore: [], secrets: 'hide', git: 'snapshot' };
const plan = await planWorkspace({ root, view, runDirectory: undefined, processes, env: process.env });
console.log('hidden ' + plan.hidden.map((entry) => entry.path));
mkdirSync(home + '/v');
await prepareView(plan, { directory: home + '/v', scratchReadme: undefined, processes, env: process.env });
console.log('kind ' + plan.git.kind);
console.log('remaining ' + removeView(home + '/v').remaining.length);
chmodSync(root + '/shut', 0o755);
`;
