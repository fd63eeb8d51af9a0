import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
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
  start,
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
    'a/**/z\nsub/**\n!sub/deep/keep\n./plain\nsub/../rooted',
    '**\n!*.log\n!Dockerfile\n*a*d*\n',
    '**/deep\n!sub/deep/other\nLOUD\nü*',
  ];
  const NAMES = ['', 'sub/', 'sub/deep/', 'a/', 'a/b/', 'trailing/'].flatMap((place) =>
    ['plain', 'spaced', 'rooted', 'x.log', 'x.tmp', 'keep', 'xx', 'z', 'other', 'loud', 'über', 'aXd'].map(
      (name) => `${place}${name}`,
    ),
  );

  /** What a build gets to see of these files, and what counts for its tag. */
  function compare(rules: string): {
    readonly built: readonly string[];
    readonly counted: readonly string[];
  } {
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
    return {
      built: NAMES.filter((name) => existsSync(join(copied, name))),
      counted: NAMES.filter((name) => ignored?.leavesOut(name) !== true),
    };
  }

  it.each(RULES)('leaves out of the tag what the engine leaves out of the build: %j', (rules) => {
    const { built, counted } = compare(rules);
    expect(counted).toEqual(built);
    expect(counted.length).toBeLessThan(NAMES.length);
  });

  it.each(['sub/**\n!**/keep', '[ps]*\n**p*\n!?l*\nsub/\\deep', '*\n![[:alpha:]]*'])(
    'leaves nothing out of the tag that is in the build, whatever the rules: %j',
    (rules) => {
      const { built, counted } = compare(rules);
      expect(built.filter((name) => !counted.includes(name))).toEqual([]);
    },
  );
});

describe('with BuildKit', () => {
  /** The environment of a docker command that has it: of itself, or since version 23 by a plugin. */
  function withBuildKit(): Readonly<Record<string, string>> {
    const places = (process.env.PATH ?? '').split(':').filter((place) => existsSync(join(place, 'docker')));
    const found = places
      .map((place) => ({ DOCKER_BUILDKIT: '1', PATH: `${place}:${process.env.PATH}` }))
      .find((more) => {
        const options = {
          input: 'FROM scratch\nLABEL cagent.test=image\n',
          env: { ...process.env, ...more },
        };
        return spawnSync('docker', ['build', '--quiet', '-'], options).status === 0;
      });
    if (found === undefined) throw new Error('no docker command here has BuildKit');
    return found;
  }

  it(
    'our own images, a layer of an agent on one that is here, and an image of the user are built, and they work',
    async () => {
      const env = withBuildKit();
      workspace = workspaceWithImage();
      const own = join(workspace.root, 'cagent');
      for (const part of ['dist', 'docker', 'package.json'])
        cpSync(join(REPOSITORY, part), join(own, part), { recursive: true });
      appendFileSync(join(own, 'docker/gateway/Dockerfile'), '\nLABEL cagent.test=image\n');
      const layer = 'ARG SANDBOX\nFROM $SANDBOX\nCOPY extra-ca.pem package.json /\nLABEL cagent.test=image\n';
      writeFileSync(join(own, 'docker/agents/gemini/Dockerfile'), layer);
      const program = [
        join(REPOSITORY, 'node_modules/node/bin/node'),
        join(own, 'dist/cli/index.js'),
      ] as const;
      const cli = (...args: readonly string[]) => start(program[0], [program[1], ...args], { env }).ended;

      const agent = await cli('build', 'gemini', '--workspace', workspace.root);
      expect(agent.exitCode, agent.stderr).toBe(0);
      const [gemini = '', gateway = ''] = agent.stdout
        .toString('utf8')
        .split('\n')
        .map((line) => line.split(' ')[0]);
      expect(agent.stderr).toContain(`Building the image ${gateway}`);
      expect(
        dockerLines('image', 'inspect', '--format', '{{index .Config.Labels "cagent.agent"}}', gemini),
      ).toEqual(['gemini']);
      const ran = await cli('run', '-w', workspace.directory, '-o', workspace.out, '--', '/bin/agent');
      expect(ran.exitCode, ran.stderr).toBe(9);
      expect(ran.stdout.toString('utf8')).toContain('uid 1000 in /workspace');
    },
    BUILD_MS,
  );

  it('a build that fails says in one line what the step printed', async () => {
    const env = withBuildKit();
    workspace = workspaceWithImage(['COPY --from=build /bin/sh /bin/sh', 'RUN echo oops']);
    const { exitCode, stderr } = await cagent(['build', '--workspace', workspace.directory], { env });
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/^cagent: image\.build: Building the image from .* failed: .*RUN echo oops.*\.$/m);
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
