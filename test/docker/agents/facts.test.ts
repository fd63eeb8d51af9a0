import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KnownAgentName } from '../../../src/config/agent-names.js';
import { cagent, type Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, modelEnvironment, runAgent, STOP } from '../../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** Facts in the files of agents that a run which succeeds would not notice if a new version broke them. */

const BUILD_MS = 600_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

describe('claude', () => {
  it(
    'works as uid 0 too, which it is in a workspace of root',
    async () => {
      workspace = agentWorkspace();
      for (const path of ['', 'notes.txt']) chownSync(join(workspace.directory, path), 0, 0);
      await server.play();
      const run = await runAgent(workspace, server, 'claude');
      expect(run.report.agent.outcome?.kind).toBe('done');
      expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
      expect(run.report.notices.join(' ')).toContain('uid 0 without any capability');
    },
    BUILD_MS,
  );

  it('that is refused a tool and leaves nothing is a failure of that kind, although it says that it succeeded', async () => {
    workspace = agentWorkspace();
    await server.play();
    const run = await runAgent(workspace, server, 'claude', [
      '--agent-args',
      '--disallowedTools "Bash(echo:*)"',
    ]);
    expect(run.report).toMatchObject({ conclusion: 'failure', exitCode: 1 });
    expect(run.report.agent.outcome?.kind).toBe('tools-denied');
    expect(run.report.agent.finalMessage).toBe('I have edited the file.');
    expect(run.report.notices.join(' ')).toContain('was denied 1 tool call(s)');
  });
});

describe('the bounds of an agent itself', () => {
  it('are told from failures: the turns of claude', async () => {
    workspace = agentWorkspace();
    await server.play();
    const { report } = await runAgent(workspace, server, 'claude', ['--agent-args', '--max-turns 1']);
    expect(report.agent.outcome?.kind).toBe('agent-limit');
  });

  it(
    'are exit codes of gemini, and so are other reasons that it has not to begin',
    async () => {
      workspace = agentWorkspace();
      const image = (await cagent(['build', 'gemini'])).stdout.toString('utf8').split(' ')[0] as string;
      const settings = {
        security: { auth: { selectedType: 'gemini-api-key' } },
        model: { maxSessionTurns: 1 },
      };
      const run = 'echo hello | gemini --yolo --output-format stream-json';
      const script = [
        `(unset GOOGLE_GEMINI_BASE_URL; ${run}); echo "untrusted: $?"`,
        `${run} --skip-trust; echo "no login: $?"`,
        `mkdir -p ~/.gemini; echo '{' > ~/.gemini/settings.json; ${run} --skip-trust; echo "no settings: $?"`,
        `echo '${JSON.stringify(settings)}' > ~/.gemini/settings.json; ${run} --skip-trust --model gemini-x; echo "turns: $?"`,
      ];
      const command = ['sh', '-c', script.join('\n')];
      const env = { GOOGLE_GEMINI_BASE_URL: '{{base-url}}', GEMINI_API_KEY: '{{key}}' };
      workspace.write({
        'cagent.yml': JSON.stringify({
          version: 1,
          image: { ref: image },
          agent: { use: 'codes', prompt: 'x', define: { command, provider: 'google', env } },
        }),
      });
      await server.play();
      const flags = ['--uplink', server.network];
      const { stdout } = await workspace.run(flags, [], { env: modelEnvironment(server) });
      expect(stdout.toString('utf8').match(/^[a-z ]+: \d+$/gm)).toEqual([
        'untrusted: 55',
        'no login: 41',
        'no settings: 52',
        'turns: 53',
      ]);
    },
    BUILD_MS,
  );
});

describe('codex', () => {
  /**
   * Prints how many threads of its own a program has that was started with this many workers: from when it has so many
   * on, for as long as it takes to make more.
   */
  const COUNT = `
    export CODEX_API_KEY=x HOME=/tmp
    for workers in 40 4; do
      TOKIO_WORKER_THREADS=$workers codex exec --json --skip-git-repo-check x < /dev/null > /dev/null 2>&1 &
      most=0 looks=0
      while kill -0 $! 2> /dev/null && [ "$looks" -lt 20 ]; do
        threads=$(cat /proc/[0-9]*/task/*/comm 2> /dev/null | grep -c '^tokio-rt-worker')
        [ "$threads" -gt "$most" ] && most=$threads
        [ "$most" -ge "$workers" ] && looks=$((looks + 1))
        sleep 0.1
      done
      kill -KILL $! 2> /dev/null; wait $! 2> /dev/null
      echo "$most"
    done`;

  it(
    'has as many threads as it is told to, and not as many as the host has cores',
    async () => {
      workspace = agentWorkspace();
      await server.play({ command: 'cat /proc/[0-9]*/task/*/comm | grep -c "^tokio-rt-worker" > notes.txt' });
      const { plan, read } = await runAgent(workspace, server, 'codex');
      expect(Number(/^\+(\d+)$/m.exec(read('changes.patch'))?.[1])).toBeLessThan(40);
      const image = plan.image.sandbox.reference;
      const { stdout } = await workspace.bash(COUNT, ['--image', image, '--out', `${workspace.out}-2`]);
      const [many, few] = stdout.toString('utf8').trim().split('\n').map(Number);
      expect(many).toBeGreaterThanOrEqual(40);
      expect(few).toBeLessThan(40);
    },
    BUILD_MS,
  );
});

describe('gemini', () => {
  it(
    'does not start itself a second time',
    async () => {
      workspace = agentWorkspace();
      await server.play({ command: 'ps -eo args > notes.txt' });
      const { read } = await runAgent(workspace, server, 'gemini');
      expect(read('changes.patch').match(/^\+node .*gemini/gm)).toHaveLength(1);
    },
    BUILD_MS,
  );

  it('that refuses to run a command is told from one that ran it', async () => {
    workspace = agentWorkspace();
    await server.play({ command: 'echo $(date) > notes.txt' });
    const { report } = await runAgent(workspace, server, 'gemini');
    expect(report.agent.outcome?.kind).toBe('tools-denied');
  });
});

describe('told to stop by SIGTERM in the middle of its work', () => {
  it.each<[KnownAgentName, readonly string[]]>([
    ['claude', []],
    ['codex', []],
    ['gemini', []],
    ['opencode', ['--model', 'anthropic/claude-sonnet-4-5']],
  ])(
    '%s ends, and that is no success',
    async (name, options) => {
      workspace = agentWorkspace();
      await server.play({ command: STOP });
      const run = await runAgent(workspace, server, name, options);
      expect(run.report.agent.outcome?.kind).toBe('no-result');
      expect(run.exitCode).not.toBe(0);
      expect(run.changes.files).toEqual([]);
    },
    BUILD_MS,
  );
});
