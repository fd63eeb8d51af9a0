import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { secretForms } from '../../../src/core/secret-values.js';
import { dockerLines, resultOf, runIdIn, startCagent, until, type Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, KEYS, modelEnvironment, PROMPT } from '../../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** A key that is in the gateway's memory must be nowhere else, in no form. */

const BUILD_MS = 600_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

const FORMS = secretForms(KEYS.anthropic);

function leaksIn(place: string, text: string | Buffer): readonly string[] {
  const content = Buffer.from(text);
  return FORMS.filter((form) => content.includes(form)).map((form) => `${place}: ${form}`);
}

/** None of a directory that is not there, or that changes too fast. */
function filesBelow(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

/** All processes that a process has started, in turn. */
function descendants(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

function readProcess(pid: number, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function leaksInChildren(pid: number): readonly string[] {
  const own = readProcess(pid, 'cmdline');
  return descendants(pid).flatMap((child) => {
    const command = readProcess(child, 'cmdline');
    // Until it runs its program it is still cagent, which was given the key. Read first: it does not become cagent again.
    if (command === own) return [];
    return [
      ...leaksIn('argument of a process', command),
      ...leaksIn('environment of a process', readProcess(child, 'environ')),
    ];
  });
}

/** Empty when the container has just gone. */
function inspect(id: string): string {
  try {
    return dockerLines('inspect', id).join('\n');
  } catch {
    return '';
  }
}

/** What it says of itself, and all of its layers. */
function leaksInImage(image: string): readonly string[] {
  const facts = [
    ...dockerLines('image', 'inspect', image),
    ...dockerLines('history', '--no-trunc', image),
  ].join('\n');
  const search = 'grep --text --only-matching --fixed-strings --file <(echo "$1")';
  const script = `set -o pipefail; docker save "$0" | { ${search} || test $? = 1; } | sort -u`;
  const layers = execFileSync('bash', ['-c', script, image, FORMS.join('\n')]).toString('utf8');
  return [...leaksIn(`image ${image}`, facts), ...leaksIn(`layers of ${image}`, layers)];
}

it('a search of layers finds what is there', () => {
  const [id = ''] = dockerLines('create', '--label', 'cagent.test=sentinel', 'node:24-bookworm-slim', 'true');
  const file = join(mkdtempSync(join(tmpdir(), 'sentinel-')), 'key');
  writeFileSync(file, `before ${Buffer.from(KEYS.anthropic).toString('base64')} after`);
  dockerLines('cp', file, `${id}:/key`);
  const [image = ''] = dockerLines('commit', id);
  try {
    expect(leaksInImage(image)).not.toEqual([]);
  } finally {
    dockerLines('rm', id);
    dockerLines('image', 'rm', image);
    rmSync(dirname(file), { recursive: true });
  }
});

it(
  'the key is in no file, argument, environment, label, inspection or image of a run, and the agent sees a placeholder',
  async () => {
    workspace = agentWorkspace();
    const cache = join(workspace.root, 'cache');
    // Everything that a process of the agent can read about itself and its neighbours ends up in the patch.
    const look =
      'env; cat /proc/*/environ /proc/*/cmdline; cat /etc/hosts /etc/resolv.conf; ls -la /run /proc/self/fd';
    // The second request is the agent's own, past its program, to a server that says back what it was told.
    const ask = 'curl -si "$ANTHROPIC_BASE_URL/v1/messages" -d "{}" > echo.txt';
    const command = `(${look}) 2>/dev/null | tr '\\0' '\\n' > seen.txt; ${ask}; sleep 2`;
    await server.play({ command, script: 'ok,echo,ok' });
    const flags = [
      '--agent',
      'claude',
      '--prompt',
      PROMPT,
      '--uplink',
      server.network,
      '--env',
      'ANTHROPIC_API_KEY',
    ];
    const running = workspace.start(flags, [], {
      env: { ...modelEnvironment(server), XDG_CACHE_HOME: cache },
    });
    const leaks = new Set<string>();
    let looks = 0;
    let ended = false;
    const end = running.ended.finally(() => {
      ended = true;
    });
    await until(() => running.stderr().includes('cagent: run ') || ended);
    const runId = runIdIn(running.stderr());
    const filter = ['--filter', `label=cagent.run=${runId}`];
    while (!ended) {
      for (const volume of dockerLines('volume', 'ls', '--quiet', ...filter)) {
        for (const leak of leaksIn('docker inspect', inspect(volume))) leaks.add(leak);
      }
      for (const file of filesBelow(join(tmpdir(), `cagent-${runId}`))) {
        for (const leak of leaksIn(`private file ${file}`, read(file))) leaks.add(leak);
      }
      const containers = dockerLines('ps', '--all', '--quiet', ...filter);
      for (const id of containers) {
        looks += 1;
        for (const leak of leaksIn('docker inspect', inspect(id))) leaks.add(leak);
      }
      for (const leak of leaksInChildren(running.pid)) leaks.add(leak);
      await new Promise((done) => setTimeout(done, 100));
    }
    const run = resultOf(await end, workspace.out);
    expect(run.report.conclusion).toBe('success');
    expect(looks).toBeGreaterThan(3);
    // The key was really used, so there was something to find.
    expect((await server.requests()).map(({ headers }) => headers['x-api-key'])).toContain(KEYS.anthropic);
    for (const file of [run.out, cache].flatMap(filesBelow))
      for (const leak of leaksIn(file, readFileSync(file))) leaks.add(leak);
    for (const image of [run.plan.image.sandbox.reference, run.plan.image.gateway.reference])
      for (const leak of leaksInImage(image)) leaks.add(leak);
    for (const leak of leaksIn('output', `${run.stdout.toString('utf8')}${run.stderr}`)) leaks.add(leak);
    expect([...leaks]).toEqual([]);
    expect(run.read('changes.patch')).toContain('ANTHROPIC_API_KEY=cagent-placeholder-key');
    expect(run.read('changes.patch')).toContain('"x-api-key":"***"');
    expect(run.read('changes.patch')).toMatch(/x-echo: \*\*\*/i);
    expect(run.report.secretsPassed).toEqual([]);
    expect(run.report.notices.join(' ')).toContain('ANTHROPIC_API_KEY stays outside');
  },
  BUILD_MS,
);

it(
  'neither Docker nor a Dockerfile of the user gets a key while it is built: none is in its layers or its history',
  async () => {
    const curious = [
      'FROM node:24-bookworm-slim AS look',
      // Never seen before, so that it is really run.
      `RUN (env; cat /proc/[0-9]*/environ; cat /proc/[0-9]*/cmdline; cat /proc/net/tcp) > /seen.txt 2>&1; sleep 3; echo ${Date.now()} >> /seen.txt`,
      'FROM scratch',
      'LABEL cagent.test=sentinel',
      'COPY --from=look /seen.txt /seen.txt',
    ];
    workspace = agentWorkspace({
      'cagent.yml': 'version: 1\nimage: { build: image }\n',
      'image/Dockerfile': `${curious.join('\n')}\n`,
    });
    const env = modelEnvironment(server);
    const running = startCagent(['build', '--workspace', workspace.directory], { env });
    const leaks = new Set<string>();
    let looks = 0;
    let ended = false;
    const end = running.ended.finally(() => {
      ended = true;
    });
    while (!ended) {
      looks += descendants(running.pid).length;
      for (const leak of leaksInChildren(running.pid)) leaks.add(leak);
      await new Promise((done) => setTimeout(done, 50));
    }
    const built = await end;
    expect(looks).toBeGreaterThan(3);
    expect([...leaks]).toEqual([]);
    expect(built.exitCode, built.stderr).toBe(0);
    const image = built.stdout.toString('utf8').split(' ')[0] as string;
    try {
      expect(built.stderr).toContain(`Building the image ${image}`);
      expect(leaksInImage(image)).toEqual([]);
    } finally {
      dockerLines('image', 'rm', '--force', image);
    }
  },
  BUILD_MS,
);
