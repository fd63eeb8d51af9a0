import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readDockerIgnore } from '../../../src/image/docker-ignore.js';
import {
  cagent,
  dockerLines,
  leftOf,
  makeWorkspace,
  REPOSITORY,
  runIdIn,
  type Workspace,
  writeFiles,
} from '../../fixtures/cli.js';
import { type Registry, startRegistry } from '../../fixtures/registry.js';

/** Images of the user's own, as odd as they may be: a static program in an empty image that declares all there is. */

const BUILD_MS = 300_000;

let compiler: string;
let workspace: Workspace;
beforeAll(async () => {
  const { stdout } = await cagent(['build']);
  compiler = stdout.toString('utf8').split(' ')[0] as string;
}, BUILD_MS);
afterEach(() => {
  for (const image of dockerLines('image', 'ls', '--quiet', '--filter', 'label=cagent.test=image')) {
    dockerLines('image', 'rm', '--force', image);
  }
  workspace.remove();
});

/** A workspace of an ordinary user whose cagent.yml builds an image in which there is nothing but one program. */
function workspaceWithImage(more: readonly string[] = []): Workspace {
  const made = makeWorkspace({
    'a.txt': 'one\n',
    'sub/b.txt': 'two\n',
    'cagent.yml': 'version: 1\nimage: { build: image }\n',
  });
  const image = join(made.directory, 'image');
  mkdirSync(image);
  cpSync(join(REPOSITORY, 'test/fixtures/images/static-agent'), image, { recursive: true });
  const lines = [
    `FROM ${compiler} AS build`,
    'COPY agent.c /',
    'RUN gcc -static -o /agent /agent.c',
    'FROM scratch',
    'LABEL cagent.test=image',
    'COPY --from=build /agent /bin/agent',
    ...more,
  ];
  writeFileSync(join(image, 'Dockerfile'), `${lines.join('\n')}\n`);
  chownSync(made.directory, 1000, 1000);
  return made;
}

describe('an image without shell, Node, /tmp and users', () => {
  it(
    'runs its program like any other, with a network, an inspected host and roots in the gateway',
    async () => {
      workspace = workspaceWithImage();
      const allow =
        'network: { allow: [{ dest: "https://api.example.com/v1/", http: [{ methods: [GET], paths: [/v1/] }] }] }\n';
      writeFileSync(join(workspace.directory, 'cagent.yml'), `version: 1\nimage: { build: image }\n${allow}`);
      const run = await workspace.run([], ['/bin/agent']);
      expect(run.exitCode).toBe(9);
      expect(run.stdout.toString('utf8')).toMatch(/^uid 1000 in \/workspace, ODD=\S+ HOME=\/home\/agent\n/);
      for (const path of ['/workspace/result.txt', '/tmp/x', '/home/agent/x']) {
        expect(run.stdout.toString('utf8')).toContain(`write ${path}: ok\n`);
      }
      for (const path of ['/etc/x', '/x'])
        expect(run.stdout.toString('utf8')).not.toContain(`write ${path}: ok`);
      expect(run.changes.files.map(({ path }) => path)).toEqual(['result.txt']);
    },
    BUILD_MS,
  );

  it('says what is missing when it has no shell for `cagent shell`', async () => {
    workspace = workspaceWithImage();
    const shell = await cagent([
      'shell',
      '--workspace',
      workspace.directory,
      '--out',
      workspace.out,
      '--network',
      'none',
    ]);
    expect(shell.exitCode).toBe(127);
    expect(shell.stderr).toContain('exec sh failed: No such file or directory');
  });
});

describe('an image that declares everything', () => {
  it(
    'changes neither the command, the user, the directory nor what is writable, and runs no health check',
    async () => {
      workspace = workspaceWithImage([
        'ENV ODD=yes',
        'USER 4242',
        'VOLUME /data /workspace /tmp /workspace/sub',
        'WORKDIR /elsewhere',
        'ENTRYPOINT ["/never"]',
        'CMD ["never"]',
        'STOPSIGNAL SIGUSR1',
        'ONBUILD RUN false',
        'HEALTHCHECK --interval=1s --timeout=1s CMD ["/bin/agent", "health"]',
      ]);
      const run = await workspace.run(['--network', 'none'], ['/bin/agent', '3']);
      const said = run.stdout.toString('utf8');
      expect(run.exitCode).toBe(9);
      expect(said).toContain('uid 1000 in /workspace, ODD=yes');
      expect(said).toContain('write /data/x: Read-only file system');
      expect(said).toContain('write /tmp/x: ok');
      expect(run.changes.files.map(({ path }) => path)).toEqual(['result.txt']);
      expect(run.report.notices).toContain(
        'The image declares a volume at /workspace/sub: it covers that part of the workspace.',
      );
      expect(leftOf(runIdIn(run.stderr))).toEqual([]);
    },
    BUILD_MS,
  );
});

describe('.dockerignore', () => {
  const RULES: readonly string[] = [
    '# a comment\n\n  spaced  \n/rooted\ntrailing/\nplain',
    '*.log\n**/*.tmp\nsub/*\n!sub/keep\n!sub/deep/keep',
    '*\n!sub/deep\nsub/deep/x*\n!missing',
    'a/**/z\nsub/**\n!**/keep\n./plain\nsub/../rooted',
    '**\n!*.log\n!Dockerfile\n*a*d*\n',
    '**/deep\n!sub/deep/other\nLOUD\nü*',
  ];
  const NAMES = ['', 'sub/', 'sub/deep/', 'a/', 'a/b/', 'trailing/'].flatMap((place) =>
    ['plain', 'spaced', 'rooted', 'x.log', 'x.tmp', 'keep', 'xx', 'z', 'other', 'loud', 'über', 'aXd'].map(
      (name) => `${place}${name}`,
    ),
  );

  it.each(RULES)('leaves out of the tag what the engine leaves out of the build: %j', async (rules) => {
    workspace = makeWorkspace();
    const context = workspace.directory;
    writeFiles(context, {
      ...Object.fromEntries(NAMES.map((name) => [name, name])),
      Dockerfile: 'FROM scratch\nLABEL cagent.test=image\nCOPY . /context/\nCMD ["/never"]\n',
      '.dockerignore': rules,
    });
    const [built = ''] = dockerLines('build', '--quiet', context);
    const [container = ''] = dockerLines('create', '--label', 'cagent.test=image', built);
    const copied = join(workspace.root, 'copied');
    dockerLines('cp', `${container}:/context`, copied);
    dockerLines('rm', container);
    const ignored = readDockerIgnore(context);
    const kept = NAMES.filter((name) => ignored?.leavesOut(name) !== true);
    expect(kept).toEqual(NAMES.filter((name) => existsSync(join(copied, name))));
    expect(kept.length).toBeLessThan(NAMES.length);
  });
});

describe('cagent build', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it(
    'pushes the image under the name that was asked for; by the digest that it prints, a run pulls it back',
    async () => {
      workspace = workspaceWithImage();
      const name = `${registry.host}/team/agent`;
      const built = await cagent(['build', '--workspace', workspace.directory, '--push', `${name}:1`]);
      expect(built.exitCode).toBe(0);
      const lines = built.stdout.toString('utf8').trim().split('\n');
      const digest = registry.tags.get('team/agent:1');
      expect(lines[2]).toBe(`${name}:1 ${digest}`);
      for (const reference of [`${name}:1`, lines[0]?.split(' ')[0] as string])
        dockerLines('image', 'rm', reference);
      const run = await workspace.run(['--network', 'none', '--image', `${name}@${digest}`], ['/bin/agent']);
      expect(run.exitCode).toBe(9);
      expect(run.report.image).toEqual({ ref: `${name}@${digest}`, digest });
      dockerLines('image', 'rm', '--force', `${name}@${digest}`);
    },
    BUILD_MS,
  );

  it('says that it cannot push, in one line', async () => {
    workspace = workspaceWithImage();
    const refused = await cagent([
      'build',
      '--workspace',
      workspace.directory,
      '--push',
      '127.0.0.1:9/team/agent:1',
    ]);
    expect(refused.exitCode).toBe(125);
    expect(refused.stderr).toMatch(
      /^cagent: image\.push: The image cannot be pushed as 127\.0\.0\.1:9\/team\/agent:1: /m,
    );
    dockerLines('image', 'rm', '127.0.0.1:9/team/agent:1');
  });

  it('--dry-run prints the commands that a build then runs, word for word, and makes nothing', async () => {
    workspace = workspaceWithImage(['LABEL cagent.test.dry=run']);
    const before = readdirSync(workspace.root);
    const { stdout, exitCode } = await cagent([
      'build',
      '--workspace',
      workspace.directory,
      '--dry-run',
      '--no-cache',
    ]);
    expect(exitCode).toBe(0);
    expect(readdirSync(workspace.root)).toEqual(before);
    const [command = ''] = stdout.toString('utf8').split('\n');
    const reference = /--tag (\S+)/.exec(command)?.[1] ?? '';
    expect(reference).toMatch(/^cagent-custom:[0-9a-f]{16}$/);
    expect(dockerLines('image', 'ls', '--quiet', reference)).toEqual([]);
    dockerLines(...command.split(' ').slice(1));
    expect(dockerLines('image', 'ls', '--quiet', reference)).toHaveLength(1);
    const built = await cagent(['build', '--workspace', workspace.directory]);
    expect(built.stderr).not.toContain(`Building the image ${reference}`);
  });
});
