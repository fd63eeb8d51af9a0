import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workflowChecks } from '../../../src/cli/doctor/workflow-checks.js';
import { workflowWarnings } from '../../../src/cli/doctor/workflow-warnings.js';
import { filesBelow } from '../structure/source-files.js';

const SAFE = `on:
  pull_request:
permissions:
  contents: read
jobs:
  agent:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: { fetch-depth: 0,
          persist-credentials: false }
      - uses: org/cagent@v1
        with:
          prompt: Fix {{pull_request.title}}.
          allow-bot-users: renovate[bot]
      - run: echo "$TITLE"
        env:
          TITLE: \${{ github.event.pull_request.title }}
`;

const found = (text: string, level: 'warning' | 'advice', owner?: string) =>
  workflowWarnings('w.yml', text, owner)
    .filter((warning) => warning.level === level)
    .map((warning) => `${warning.line}: ${warning.found}`);
const warnings = (text: string, owner?: string) => found(text, 'warning', owner);

describe('workflows that are looked through', () => {
  it('a careful one has no warning', () => {
    expect(warnings(SAFE)).toEqual([]);
  });

  it.each(filesBelow('examples/workflows', ['.yml']).map((file) => [file.path, file.text]))(
    '%s has none either',
    (path, text) => {
      expect(workflowWarnings(path, text)).toEqual([]);
    },
  );

  it.each([
    [
      'text of others in a script',
      'echo "$TITLE"',
      `echo "\${{ github.event.pull_request.title }}"`,
      '16: github.event.pull_request.title is put into a script',
    ],
    [
      'a branch in a script',
      'echo "$TITLE"',
      `echo '\${{ github.head_ref || github.ref }}'`,
      '16: github.head_ref is put into a script',
    ],
    [
      'a commit message in a script',
      'echo "$TITLE"',
      `echo \${{ github.event.head_commit.message }}`,
      '16: github.event.head_commit.message',
    ],
    [
      'any comment in a script',
      'echo "$TITLE"',
      `echo \${{ join(github.event.commits.*.message, ' ') }}`,
      '16: github.event.commits.*.message',
    ],
    [
      'text of others in a prompt',
      '{{pull_request.title}}',
      `\${{ github.event.issue.body }}`,
      '14: github.event.issue.body is put into the prompt',
    ],
    ['every bot', 'renovate[bot]', "'*'", '15: allow-bot-users is *'],
    [
      'a credential in the checkout',
      'persist-credentials: false',
      'clean: true',
      '9: the checkout keeps the token',
    ],
    [
      'a token that writes',
      'contents: read',
      'contents: write',
      '4: the job of the agent may write contents',
    ],
    [
      'a token that makes a check pass',
      'contents: read',
      'checks: write\n  pull-requests: write\n  issues: write',
      '4: the job of the agent may write checks',
    ],
    [
      'a token that writes everything',
      'permissions:\n  contents: read',
      'permissions: write-all',
      '3: the job of the agent may write everything',
    ],
    [
      'default permissions',
      'permissions:\n  contents: read\n',
      '',
      "10: the job of the agent has the repository's default permissions",
    ],
    [
      'a checkout without the base',
      'fetch-depth: 0,',
      '',
      '9: the checkout has only the commit of the pull request',
    ],
    ['a branch of cagent', 'org/cagent@v1', 'org/cagent@main', '12: cagent is used at main'],
  ])('%s is found, with its line', (_, before, after, expected) => {
    const text = SAFE.replace(before, after);
    expect(text).not.toBe(SAFE);
    expect(warnings(text)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ['in a function', `format('{0} }}', github.event.issue.title)`, 'github.event.issue.title'],
    ['by brackets', `github['event'].comment['body']`, 'github.event.comment.body'],
    ['in any letter case', 'GitHub.Event.Issue.Title', 'GitHub.Event.Issue.Title'],
    ['behind what is trusted', 'github.event.repository.name || github.head_ref', 'github.head_ref'],
    ['in a whole event', 'toJSON(github.event)', 'github.event'],
    ['in a part of it', 'tojson( github.event.pull_request )', 'github.event.pull_request'],
    ['by a variable', 'env.TITLE', 'github.event.pull_request.title'],
    ['by a variable of a variable', 'env.AGAIN', 'github.event.pull_request.title'],
    ['that the agent wrote', 'steps.agent.outputs.final-message', 'steps.agent.outputs.final-message'],
    [
      'of an agent in another job',
      'fromJSON(needs.a.outputs.structured-output).x',
      'needs.a.outputs.structured-output',
    ],
  ])('text of others %s is found in a script', (_, expression, part) => {
    const text = SAFE.replace('echo "$TITLE"', `echo "\${{ ${expression} }}"`).replace(
      /$/,
      `          AGAIN: \${{ format('{0}', env.TITLE) }}\n`,
    );
    expect(warnings(text)).toEqual([expect.stringContaining(`16: ${part} is put into a script`)]);
  });

  it.each([
    'github.event.repository.default_branch',
    'github.event.pull_request.base.ref',
    'github.event.inputs.title',
    'github.event.pull_request.number',
    "'github.event.issue.title'",
    'env.OTHER',
    'steps.agent.outputs.conclusion',
    'toJSON(github.event.repository)',
  ])('%s is no text of others', (expression) => {
    expect(warnings(SAFE.replace('echo "$TITLE"', `echo "\${{ ${expression} }}"`))).toEqual([]);
  });

  it('text of others is found in the script of an action and in the command of cagent', () => {
    const title = `\${{ github.event.issue.title }}`;
    const action = SAFE.replace(
      'run: echo "$TITLE"',
      `uses: actions/github-script@v8\n        with: { script: "x(${title})" }`,
    );
    expect(warnings(action)).toEqual([
      expect.stringContaining('17: github.event.issue.title is put into a script'),
    ]);
    const command = SAFE.replace('prompt: Fix {{pull_request.title}}.', `run: bash -c "echo ${title}"`);
    expect(warnings(command)).toEqual([
      expect.stringContaining('14: github.event.issue.title is put into the command'),
    ]);
    const prompt = SAFE.replace('{{pull_request.title}}', `\${{ steps.plan.outputs.final-message }}`);
    expect(warnings(prompt)).toEqual([]);
    const event = SAFE.replace('{{pull_request.title}}', `\${{ toJSON(GitHub) }}`);
    expect(warnings(event).join()).toContain('GitHub is put into the prompt');
  });

  it('what stands behind an anchor is judged in each place, and a bomb of anchors ends', () => {
    const text = SAFE.replace('- uses: actions/checkout@v5', '- &out\n        uses: actions/checkout@v5')
      .replace('persist-credentials: false', 'clean: true')
      .replace('      - run:', '      - *out\n      - run:');
    expect(warnings(text)).toHaveLength(2);
    const levels = Array.from(
      { length: 40 },
      (_, at) => `x${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]`,
    );
    expect(warnings(`x0: &a0 [1]\n${levels.join('\n')}\n${SAFE}`)).toEqual([]);
    expect(warnings(`x: &x [*x]\n${SAFE}`)).toEqual([]);
  });

  it('an agent in a script counts like one in the action', () => {
    const text = SAFE.replace('uses: org/cagent@v1', 'run: npx cagent run -- npm test')
      .replace('persist-credentials: false', 'clean: true')
      .replace('permissions:\n  contents: read\n', '');
    expect(warnings(text)).toEqual([
      expect.stringContaining('7: the checkout keeps the token'),
      expect.stringContaining("10: the job of the agent has the repository's default permissions"),
    ]);
  });

  it('secrets that are handed over whole are found where cagent is called', () => {
    const call =
      'jobs:\n  a:\n    uses: org/cagent/.github/workflows/cagent-fix.yml@v1\n    secrets: inherit\n';
    expect(warnings(call)).toEqual([
      expect.stringContaining('4: the workflow with the agent inherits every secret'),
    ]);
    expect(warnings(call.replace('inherit', '{ openai-api-key: x }'))).toEqual([]);
    expect(warnings(call.replace('org/cagent', 'org/other'))).toEqual([]);
  });

  it('an action of strangers by a tag or a branch is found, one of known owners only mentioned', () => {
    const strange = SAFE.replace('actions/checkout@v5', 'someone/checkout@v5');
    expect(warnings(strange)).toEqual([expect.stringContaining('9: someone/checkout@v5 is no fixed commit')]);
    expect(warnings(strange.replace('@v5', `@${'a'.repeat(40)}`))).toEqual([]);
    expect(warnings(strange, 'someone')).toEqual([]);
    expect(warnings(strange.replace('@v5', '@main'), 'someone')).toHaveLength(1);
    expect(warnings(SAFE.replace('checkout@v5', 'checkout@main'))).toHaveLength(1);
    expect(found(SAFE, 'advice')).toEqual(['9: by tags of known owners: actions/checkout@v5, org/cagent@v1']);
  });

  it('in a workflow without an agent, pins are not our business', () => {
    const text = SAFE.replace('actions/checkout@v5', 'someone/checkout@v5').replace(
      'org/cagent@v1',
      'org/other@main',
    );
    expect(found(text, 'warning')).toEqual([]);
    expect(found(text, 'advice')).toEqual([]);
  });

  it.each([
    ['pull_request_target', `\${{ github.event.pull_request.head.sha }}`],
    ['pull_request_target', `\${{ github.event['pull_request']['head']['ref'] }}`],
    ['pull_request_target', `refs/pull/\${{ github.event.number }}/merge`],
    ['pull_request_target', `\${{ github.event.pull_request.merge_commit_sha }}`],
    ['workflow_run', `\${{ github.event.workflow_run.head_sha }}`],
    ['workflow_run', `\${{ github.event.workflow_run.head_branch }}`],
  ])('a stranger’s code beside secrets is found on %s, by %s', (event, ref) => {
    const text = SAFE.replace('pull_request:\n', `${event}:\n`).replace(
      'persist-credentials: false',
      `persist-credentials: false,\n          ref: "${ref}"`,
    );
    expect(warnings(text)).toEqual([expect.stringContaining(`12: ${event} checks out the head`)]);
    expect(warnings(text.replace(`${event}:`, 'pull_request:'))).toEqual([]);
  });

  it('on a comment it is one where a script comes after it, and cagent alone is none', () => {
    const text = SAFE.replace('pull_request:\n', 'issue_comment:\n').replace(
      'persist-credentials: false',
      `persist-credentials: false,\n          ref: "refs/pull/\${{ github.event.issue.number }}/head"`,
    );
    expect(warnings(text)).toEqual([expect.stringContaining('12: issue_comment checks out the head')]);
    expect(warnings(text.slice(0, text.indexOf('      - run:')))).toEqual([]);
  });

  it('a pull request that decides how it is run is found', () => {
    const text = SAFE.replace('prompt: Fix', 'base: none\n          prompt: Fix');
    expect(warnings(text)).toEqual([expect.stringContaining('14: base is none')]);
    expect(warnings(text.replace('pull_request:\n', 'push:\n'))).toEqual([]);
  });

  it.each([`gh pr checkout "$NUMBER"`, `git fetch origin pull/\${{ github.event.number }}/head`])(
    'so is one that a script fetches: %s',
    (script) => {
      const text = SAFE.replace('pull_request:\n', 'pull_request_target:\n');
      expect(warnings(text)).toEqual([]);
      expect(warnings(text.replace('echo "$TITLE"', script))).toEqual([
        expect.stringContaining('16: pull_request_target checks out the head'),
      ]);
    },
  );

  it('a checkout without the base does where no pull request starts the workflow, or the base is named', () => {
    const shallow = SAFE.replace('fetch-depth: 0,', '');
    expect(warnings(shallow.replace('pull_request:\n', 'push:\n'))).toEqual([]);
    expect(warnings(shallow.replace('prompt: Fix', 'base: main\n          prompt: Fix'))).toEqual([]);
  });

  it('a job without an agent may write, and keep its credential', () => {
    const text = SAFE.replace('contents: read', 'contents: write')
      .replace('org/cagent@v1', 'org/cagent/apply@v1')
      .replace('persist-credentials: false', 'clean: true');
    expect(warnings(text)).toEqual([]);
  });

  it.each(['', 'a: [', '- x', 'jobs: 3', 'jobs:\n  a: 3\n', 'jobs:\n  a:\n    steps: x\n'])(
    'what is no workflow (%j) has no warnings',
    (text) => {
      expect(warnings(text)).toEqual([]);
    },
  );

  it('are those of the repository, each with file and line', async () => {
    const root = mkdtempSync(join(tmpdir(), 'doctor-'));
    expect(await workflowChecks(root)).toEqual([]);
    mkdirSync(join(root, '.github/workflows'), { recursive: true });
    writeFileSync(
      join(root, '.github/workflows/a.yml'),
      SAFE.replace('@v1', '@main').replace('actions/', 'acme/'),
    );
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/config'), '[remote "origin"]\n\turl = git@github.com:acme/widget.git\n');
    expect(await workflowChecks(root)).toEqual([
      {
        name: 'workflow',
        status: 'warning',
        found: expect.stringMatching(/^\.github\/workflows\/a\.yml:12: cagent is used at main/),
        hint: expect.stringContaining('Pin it'),
        file: '.github/workflows/a.yml',
        line: 12,
      },
      {
        name: 'workflow',
        status: 'ok',
        found: '.github/workflows/a.yml:9: by tags of known owners: acme/checkout@v5',
        hint: expect.stringContaining('cannot be moved'),
        file: '.github/workflows/a.yml',
        line: 9,
      },
    ]);
    rmSync(root, { recursive: true });
  });
});
