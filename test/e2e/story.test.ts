import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';
import { type ActRig, type Step, startActRig, type WorkflowRun } from './rig/act.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { outputOf } from './rig/program.js';
import { makeRepository } from './rig/repository.js';
import { CHECKOUT, expression } from './rig/steps.js';

/** The whole way of a scheduled agent: Claude Code against a scripted model, its artifact, and the pull request. */

const BRANCH = 'cagent/story-claude';
const LINES = Array.from({ length: 12 }, (_, index) => `line ${index}`).join('\n');

let rig: ActRig;
let server: ModelServer;
let fake: FakeGitHub;
let repository: string;
let start: string;

beforeAll(async () => {
  server = await startModelServer();
  rig = await startActRig();
  fake = await startFakeGitHub({
    tokens: {
      ghs_job: {
        login: 'github-actions[bot]',
        type: 'Bot',
        permissions: { contents: 'write', pull_requests: 'write', issues: 'write' },
      },
    },
  });
  repository = await makeRepository(join(rig.action, '../repository'), {
    'notes.txt': `${LINES}\n`,
    CODEOWNERS: '* @mona\n',
  });
  start = await outputOf('git', ['-C', repository, 'rev-parse', 'HEAD']);
  fake.store.git(['fetch', '--quiet', repository, 'main:refs/heads/main', '--update-head-ok']);
}, 600_000);
afterEach(() => {
  expect(fake.problems).toEqual([]);
});
afterAll(async () => {
  await server?.stop();
  await rig?.close();
  await fake?.close();
});

const AGENT = { id: 'cagent', uses: 'org/cagent@v1' } as const;

function agentJob(step: Step): object {
  return {
    'runs-on': 'ubuntu-latest',
    outputs: {
      conclusion: expression('steps.cagent.outputs.conclusion'),
      'patch-sha256': expression('steps.cagent.outputs.patch-sha256'),
    },
    steps: [CHECKOUT, { ...AGENT, ...step }],
  };
}

function proposeJob(needs: string, inputs: Readonly<Record<string, string>>): object {
  return {
    needs,
    if: `needs.${needs}.outputs.conclusion == 'success'`,
    'runs-on': 'ubuntu-latest',
    steps: [
      {
        id: needs === 'agent' ? 'propose' : `propose-${needs}`,
        uses: 'org/cagent/apply@v1',
        with: {
          'patch-sha256': expression(`needs.${needs}.outputs.patch-sha256`),
          'github-token': 'ghs_job',
          branch: 'story-claude',
          ...inputs,
        },
      },
    ],
  };
}

function schedule(jobs: Readonly<Record<string, object>>): Promise<WorkflowRun> {
  return rig.runWorkflow(
    { name: 'story', jobs },
    {
      repository,
      event: {
        name: 'schedule',
        payload: {
          schedule: '0 5 * * 1',
          repository: { full_name: 'acme/widget', id: 1, default_branch: 'main' },
        },
      },
      variables: { GITHUB_API_URL: fake.url, ANTHROPIC_BASE_URL: server.url },
    },
  );
}

/** Claude edits with its shell tool; the model says which command. */
async function claude(command: string): Promise<WorkflowRun> {
  await server.play({ command });
  const inputs = {
    agent: 'claude',
    prompt: 'Please edit notes.txt.',
    'anthropic-api-key': KEYS.anthropic,
    uplink: server.network,
    'artifact-name': 'story',
  };
  return schedule({ agent: agentJob({ with: inputs }), propose: proposeJob('agent', { artifact: 'story' }) });
}

/** The tree that a command leaves in a copy of the repository: what the agent's edit has to come to. */
async function treeAfter(command: string): Promise<string> {
  const copy = join(rig.action, `../copy-${Math.abs(hash(command))}`);
  await outputOf('git', ['clone', '--quiet', repository, copy]);
  await outputOf('bash', ['-ec', `${command}\ngit add --all`], { cwd: copy });
  return outputOf('git', ['-C', copy, 'write-tree']);
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
}

describe('a scheduled agent', () => {
  const first =
    'sed -i "s/^line 2$/line two/" notes.txt && echo new > added.txt && chmod +x added.txt && ln -s notes.txt link';
  const second = 'sed -i "s/^line 3$/line three/" notes.txt';

  it('opens a pull request with exactly the tree that the agent left', async () => {
    const run = await claude(first);
    expect(run.exitCode, run.log.tail).toBe(0);
    expect(run.log.outputs('propose')).toMatchObject({
      result: 'created',
      branch: BRANCH,
      'commit-verified': 'true',
    });
    expect(fake.store.tree(BRANCH)).toBe(await treeAfter(first));
    expect(fake.store.text('rev-parse', `${BRANCH}^`)).toBe(start);
    expect(fake.state.pulls).toMatchObject([
      { head: BRANCH, base: 'main', title: 'Changes by claude', state: 'open' },
    ]);
    expect(run.log.summary('propose')).toContain('Pull request');
  });

  it('updates it on the next schedule, also when the base has moved on in the same file', async () => {
    fake.store.commit('main', { 'notes.txt': `${LINES.replace('line 10', 'line ten')}\n` }, { onTop: true });
    const run = await claude(second);
    expect(run.exitCode, run.log.tail).toBe(0);
    expect(run.log.outputs('propose')).toMatchObject({ result: 'updated', 'changed-files': '1' });
    expect(fake.state.pulls).toHaveLength(1);
    const text = fake.store.file(BRANCH, 'notes.txt');
    expect([text?.includes('line three\n'), text?.includes('line ten\n')]).toEqual([true, true]);
    expect(fake.store.text('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
  });

  it('proposes nothing for a protected file, nor over a cap of the base, and says how to go on', async () => {
    fake.store.commit('main', { 'cagent.yml': 'version: 1\npatch: { max-files: 1 }\n' }, { onTop: true });
    const before = [fake.store.resolve(`refs/heads/${BRANCH}`), fake.state.pulls.length];
    const command = (run: string, name: string): Step => ({
      with: { run, network: 'none', 'artifact-name': name },
    });
    const run = await schedule({
      guarded: agentJob(command('bash -c "echo > CODEOWNERS"', 'guarded')),
      many: agentJob(command('bash -c "touch a b c"', 'many')),
      'propose-guarded': proposeJob('guarded', { artifact: 'guarded' }),
      // One after the other: two at once could both find no comment of theirs yet.
      'propose-many': {
        ...proposeJob('many', { artifact: 'many' }),
        needs: ['many', 'propose-guarded'],
        if: 'always()',
      },
    });
    expect(run.exitCode, run.log.tail).not.toBe(0);
    expect(run.log.outputs('propose-guarded')).toEqual({ result: 'blocked' });
    expect(run.log.outputs('propose-many')).toEqual({ result: 'over-cap' });
    expect(run.log.summary('propose-many')).toContain(`git fetch origin ${start}`);
    expect([fake.store.resolve(`refs/heads/${BRANCH}`), fake.state.pulls.length]).toEqual(before);
    // The two share a branch here, and so they share the comment on its pull request.
    expect(fake.state.comments).toHaveLength(1);
    expect(readFileSync(join(repository, 'notes.txt'), 'utf8')).toBe(`${LINES}\n`);
  });
});
