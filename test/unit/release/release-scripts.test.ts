import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** The scripts of the release workflow, with programs in the place of docker and gh that write down what they are told. */

const SETTINGS = ['user.name=T', 'user.email=t@localhost', 'maintenance.auto=false'].flatMap((each) => [
  '-c',
  each,
]);

let root: string;
let bin: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'release-'));
  bin = join(root, 'bin');
  mkdirSync(bin);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** `answers`: shell that sees the arguments as "$*" and says what the program would. */
function program(name: string, answers: string): void {
  const log = join(root, `${name}.log`);
  writeFileSync(log, '');
  writeFileSync(join(bin, name), `#!/bin/bash\nprintf '%s\\n' "$*" >>${log}\n${answers}\n`, { mode: 0o755 });
}
const told = (name: string) =>
  readFileSync(join(root, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n');

function run(script: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(script, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  return { status, stdout, stderr };
}

describe('a tag becomes a release', () => {
  let repository: string;
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', repository, ...SETTINGS, ...args], {
      encoding: 'utf8',
    });
  const check = (tag: string) => run(join(repository, 'script/release/check-tag'), [tag]);

  beforeEach(() => {
    repository = join(root, 'repository');
    mkdirSync(join(repository, 'script'), { recursive: true });
    cpSync('script/release', join(repository, 'script/release'), { recursive: true });
    writeFileSync(join(repository, 'package.json'), '{"version":"1.2.3","type":"module"}');
    writeFileSync(join(repository, 'CHANGELOG.md'), '# Changelog\n\n## 1.2.3\n\nWords.\n');
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Release');
    git('tag', 'v1.2.3');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  });

  it('when it is the version, has a heading, and lies on main', () => {
    expect(check('v1.2.3')).toMatchObject({ status: 0, stdout: expect.stringContaining('on main') });
    git('commit', '--quiet', '--allow-empty', '--message', 'Later');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('checkout', '--quiet', 'v1.2.3');
    expect(check('v1.2.3').status).toBe(0);
  });

  it.each<[string, string, () => void]>([
    [
      'main does not have it',
      'does not lie on main',
      () => {
        git('commit', '--quiet', '--allow-empty', '--message', 'Side');
        git('tag', '--force', 'v1.2.3');
      },
    ],
    [
      'the package has another version',
      'package.json has the version 2.0.0',
      () => writeFileSync(join(repository, 'package.json'), '{"version":"2.0.0"}'),
    ],
    [
      'the changelog says nothing of it',
      'CHANGELOG.md has no heading',
      () => writeFileSync(join(repository, 'CHANGELOG.md'), '## 1.2.30\n'),
    ],
    [
      'something else is checked out',
      'is not what is checked out',
      () => void git('commit', '--quiet', '--allow-empty', '--message', 'Later'),
    ],
  ])('and not when %s', (_, message, spoil) => {
    spoil();
    expect(check('v1.2.3')).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
  });

  it.each(['', 'v1.2', 'v1.2.3-rc.1', 'main'])('and not for the tag "%s"', (tag) => {
    expect(check(tag)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('allowed: a tag such as'),
    });
  });
});

describe('the tag of the major version', () => {
  const move = (tag: string) => run('script/release/move-major', ['org/cagent', tag, 'c'.repeat(40)]);
  const TAGS = 'refs/tags/v1.9.0\nrefs/tags/v1.10.0\nrefs/tags/v1.10.0-rc.1\n';
  const answers = (hasMajor: boolean) => `case "$*" in
    *matching-refs*) printf '${TAGS}' ;;
    *git/ref/tags/v1) ${hasMajor} ;;
  esac`;

  it('is moved to the newest release', () => {
    program('gh', answers(true));
    expect(move('v1.10.0')).toMatchObject({ status: 0, stdout: 'move-major: v1 is v1.10.0\n' });
    expect(told('gh').at(-1)).toBe(
      `api --silent --method PATCH repos/org/cagent/git/refs/tags/v1 --raw-field sha=${'c'.repeat(40)} --field force=true`,
    );
  });

  it('is made by the first one', () => {
    program('gh', answers(false));
    expect(move('v1.10.0').status).toBe(0);
    expect(told('gh').at(-1)).toBe(
      `api --silent --method POST repos/org/cagent/git/refs --raw-field ref=refs/tags/v1 --raw-field sha=${'c'.repeat(40)}`,
    );
  });

  it('never goes back, when an older line gets a fix', () => {
    program('gh', answers(true));
    expect(move('v1.9.0')).toMatchObject({ status: 0, stdout: expect.stringContaining('stays where it is') });
    expect(told('gh')).toHaveLength(1);
  });

  it('is an error when GitHub does not answer', () => {
    program('gh', 'exit 1');
    expect(move('v1.10.0').status).not.toBe(0);
  });
});

describe('the images of a release', () => {
  const DIGEST = `sha256:${'d'.repeat(64)}`;

  it('are pushed with provenance, the agents on the very sandbox of the release, and told by digest', () => {
    program(
      'docker',
      `while [ $# -gt 0 ]; do case $1 in --metadata-file) printf '{"containerimage.digest":"${DIGEST}"}' >"$2" ;; esac; shift; done`,
    );
    const { status, stdout, stderr } = run('script/release/push-images', ['ghcr.io/org/cagent', '1.2.3']);
    expect(status, stderr).toBe(0);
    const references = stdout.trimEnd().split('\n');
    expect(references[0]).toBe(`ghcr.io/org/cagent-sandbox:1.2.3@${DIGEST}`);
    expect(references.slice(1)).toEqual(
      ['aider', 'claude', 'codex', 'copilot', 'gemini', 'opencode'].map(
        (agent) => `ghcr.io/org/cagent-${agent}:1.2.3@${DIGEST}`,
      ),
    );
    const builds = told('docker');
    for (const build of builds)
      expect(build).toMatch(/^buildx build .* --provenance mode=max --sbom true --push /);
    for (const build of builds.slice(1)) expect(build).toContain(`--build-arg SANDBOX=${references[0]}`);
    expect(
      execFileSync('git', ['status', '--porcelain', 'docker', 'extra-ca.pem'], { encoding: 'utf8' }),
    ).toBe('');
  });

  it('are told of by nobody when one cannot be pushed', () => {
    program('docker', 'exit 1');
    expect(run('script/release/push-images', ['ghcr.io/org/cagent', '1.2.3'])).toMatchObject({ stdout: '' });
  });
});

describe('the pins of cagent itself', () => {
  let repository: string;
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', repository, ...SETTINGS, ...args], {
      encoding: 'utf8',
    }).trim();
  const pins = () => readFileSync(join(repository, 'src/cli/init/pins.ts'), 'utf8');
  const pin = (...args: readonly string[]) => run(join(repository, 'script/pin-release'), args);

  beforeEach(() => {
    program('npm', '');
    repository = join(root, 'repository');
    for (const path of ['src/cli/init/pins.ts', 'script/pin-release', 'action.yml', 'apply/action.yml'])
      cpSync(path, join(repository, path));
    for (const name of ['main', 'post', 'apply']) {
      mkdirSync(join(repository, 'dist', name), { recursive: true });
      writeFileSync(join(repository, 'dist', name, 'index.js'), '');
    }
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Release');
    git('tag', 'v1.2.3');
  });

  it('are moved to the commit of a tag, or to one that will get it, and what is made from them is made anew', () => {
    const before = pins();
    expect(pin('v1.2.3').status).toBe(0);
    const commit = git('rev-parse', 'v1.2.3');
    expect(pins()).toContain(`sha: '${commit}',\n  version: 'v1.2.3'`);
    // The pins of others are as they were.
    expect(pins().split('CHECKOUT')[1]).toBe(before.split('CHECKOUT')[1]);
    expect(told('npm')).toEqual(['run --silent generate']);
    git('commit', '--quiet', '--all', '--message', 'Later');
    expect(pin('v1.3.0', 'main').status).toBe(0);
    expect(pins()).toContain(`sha: '${git('rev-parse', 'main')}',\n  version: 'v1.3.0'`);
  });

  it('never lead to what is not there, or has no action in it', () => {
    const before = pins();
    expect(pin('v9.9.9')).toMatchObject({ status: 1, stderr: expect.stringContaining('there is no') });
    git('rm', '--quiet', 'dist/apply/index.js');
    git('commit', '--quiet', '--message', 'Without');
    expect(pin('v1.3.0', 'main')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('has no dist/apply/index.js'),
    });
    expect(pin('1.3.0').status).toBe(2);
    expect(pins()).toBe(before);
  });
});

describe('the release workflow', () => {
  const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8')) as {
    jobs: Record<string, { needs?: string[]; steps: { run?: string }[] }>;
  };
  const runs = (job: string) =>
    (jobs[job]?.steps ?? []).flatMap(({ run: script }) => script ?? []).join('\n');

  it('publishes only what was checked and tested, and moves the tag last', () => {
    expect(runs('check')).toContain('script/release/check-tag "$GITHUB_REF_NAME"');
    expect(runs('check')).toContain('script/test check unit');
    expect(runs('test')).toContain('script/test docker e2e');
    for (const job of ['images', 'package']) expect(jobs[job]?.needs).toEqual(['check', 'test']);
    expect(jobs.move?.needs).toEqual(['images', 'package']);
    expect(runs('package')).toContain('npm publish --provenance --ignore-scripts');
    expect(runs('move')).toContain('script/release/move-major');
  });
});
