import type { AgentName } from '../../config/agent-names.js';
import { CAGENT, CHECKOUT, uses } from './pins.js';
import { WORKFLOW_KEYS, type WorkflowChoice, type WorkflowKey } from './workflow-choice.js';

export const WORKFLOW_NAMES = ['refactor', 'review', 'fix', 'audit'] as const;

export type WorkflowName = (typeof WORKFLOW_NAMES)[number];

/** A workflow for a repository of its own, or one that others call. */
export type WorkflowForm =
  | { readonly kind: 'own'; readonly choice: WorkflowChoice }
  | { readonly kind: 'reusable' };

/** The commits of a pull request as they are, and not GitHub's merge of them, which is on no branch. */
const HEAD_CHECKOUT = `          ref: \${{ github.event.pull_request.head.sha }}
          fetch-depth: 0
`;

interface Workflow {
  readonly summary: string;
  /** The first lines of the file, and what a person has to do besides. */
  readonly comment: string;
  readonly trigger: string;
  /** Same runs one after the other, or the newer one wins. */
  readonly concurrency: string;
  readonly prompt: string;
  readonly jobs: (form: WorkflowForm) => string;
}

const WORKFLOWS: Readonly<Record<WorkflowName, Workflow>> = {
  refactor: {
    summary: 'A scheduled agent that opens or updates one pull request.',
    comment: 'Every Monday an agent works on the repository; what it changes becomes one pull request.',
    trigger: "  schedule:\n    - cron: '17 4 * * 1'\n  workflow_dispatch:",
    concurrency: `  group: cagent-refactor\n  cancel-in-progress: false`,
    prompt: `Look for one piece of code in this repository that is harder to read than it needs to be, and make it simpler.
Do not change what it does. Keep the change small enough to review in ten minutes. Run the tests before you finish.
Say at the end what you changed and why, in a few sentences.
`,
    jobs: (form) => `${agentJob(form, { artifact: 'cagent-refactor', prompt: 'refactor' })}
${proposeJob('cagent-refactor')}`,
  },
  review: {
    summary: 'An agent that reviews pull requests with comments on their lines.',
    comment:
      'An agent reads each pull request and posts a review. Pull requests from forks are not reviewed.',
    trigger: '  pull_request:\n    types: [opened, synchronize, ready_for_review]',
    concurrency: `  group: cagent-review-\${{ github.ref }}\n  cancel-in-progress: true`,
    prompt: `Review the changes of this pull request: run "git diff base...head". Report bugs, security problems and
misleading names or comments, each with file and line. Leave out matters of taste. When nothing is wrong, say so.
`,
    jobs: (form) => `  review:
    name: an agent reviews
    if: \${{ !github.event.pull_request.draft }}
    runs-on: ubuntu-24.04
    timeout-minutes: 40
    permissions:
      contents: read
      pull-requests: write # the review and the comment; the token never enters the sandbox
    steps:
${checkoutStep(HEAD_CHECKOUT)}
${cagentStep(form, { prompt: 'review', more: '          mode: read-only\n          review: true\n' })}`,
  },
  fix: {
    summary: 'An agent that fixes a failing check when somebody sets a label.',
    comment:
      'Who can set the label "agent-fix" has an agent make the checks of a pull request pass. Its changes come as a\n# pull request to the branch, never as a push to it.',
    trigger: '  pull_request:\n    types: [labeled]',
    // With the label's name: another label starts this workflow too, and must not cancel a fix.
    concurrency: `  group: cagent-fix-\${{ github.ref }}-\${{ github.event.label.name }}\n  cancel-in-progress: true`,
    prompt: `The checks of this pull request fail. Find out how the tests are run, run them, and make the smallest change that
makes them pass. Fix the code and not the test, unless the test is wrong. Say at the end what was wrong.
`,
    jobs: (form) => `${agentJob(form, {
      artifact: 'cagent-fix',
      prompt: 'fix',
      condition: "github.event.label.name == 'agent-fix'",
      checkout: HEAD_CHECKOUT,
    })}
${proposeJob('cagent-fix')}`,
  },
  audit: {
    summary: 'An agent whose network is only recorded; what it reached becomes a draft of an allow list.',
    comment:
      'For a week: nothing is blocked, everything is recorded, and one draft of a pull request gathers what the agent\n# reached for the list of what is allowed. When it is merged, this file can go. Private and metadata addresses stay\n# blocked. What the agent changes is not used.',
    trigger: "  schedule:\n    - cron: '17 5 * * *'\n  workflow_dispatch:",
    concurrency: `  group: cagent-audit\n  cancel-in-progress: false`,
    prompt: `Install the dependencies of this repository, build it and run its tests, as its documentation says. Change nothing.
`,
    jobs: (form) => `${agentJob(form, {
      artifact: 'cagent-audit',
      prompt: 'audit',
      name: 'an agent works, its network is recorded',
      more: '          network: audit\n',
    })}
${proposeJob('cagent-audit', '          propose: allow-list\n          title: Allow what the agent reached\n')}`,
  },
};

export function workflowSummary(name: WorkflowName): string {
  return WORKFLOWS[name].summary;
}

/** Where the task of a workflow is, in the repository that uses it: a prompt, or for a command a script. */
export function taskPath(name: WorkflowName, agent: AgentName): string {
  return `.github/agent/${name}.${agent === 'command' ? 'sh' : 'md'}`;
}

export function taskText(name: WorkflowName, agent: AgentName): string {
  return agent === 'command' ? scriptText(name) : WORKFLOWS[name].prompt;
}

/** Fails until somebody has written the command: a workflow that does nothing would look as if all were well. */
function scriptText(name: WorkflowName): string {
  const result =
    name === 'review'
      ? 'The review is what it leaves in .agent-scratch/review.json, in the form of docs/schemas/cagent.review.schema.json.'
      : 'What it changes in the files is the result.';
  return `#!/usr/bin/env bash
# Runs in the sandbox, in the repository. ${result}
set -euo pipefail
echo 'write the command into ${taskPath(name, 'command')}' >&2
exit 1
`;
}

/** The whole file. Text that people wrote is nowhere put into a script. */
export function workflowText(name: WorkflowName, form: WorkflowForm): string {
  const { comment, trigger, concurrency, jobs } = WORKFLOWS[name];
  const on = form.kind === 'own' ? trigger : reusableTrigger(name);
  const group = form.kind === 'own' ? `concurrency:\n${concurrency}\n` : '';
  return `# ${comment}
name: cagent ${name}
on:
${on}
permissions: {}
${group}jobs:
${jobs(form)}`;
}

function reusableTrigger(name: WorkflowName): string {
  const secrets = WORKFLOW_KEYS.map(({ input }) => `      ${input}:\n        required: false`);
  return `  workflow_call:
    inputs:
      agent:
        description: claude, codex, gemini or another agent that cagent knows.
        type: string
        default: claude
      prompt-file:
        description: File of the calling repository with the prompt.
        type: string
        default: ${taskPath(name, 'claude')}
      model:
        description: Model that the agent shall use.
        type: string
        default: ''
    secrets:
${secrets.join('\n')}`;
}

function agentJob(
  form: WorkflowForm,
  {
    artifact,
    prompt,
    condition,
    checkout = '',
    name = 'an agent works, with nothing to write to',
    more = '',
  }: {
    readonly artifact: string;
    readonly prompt: WorkflowName;
    readonly condition?: string;
    readonly checkout?: string;
    readonly name?: string;
    /** More inputs of cagent. */
    readonly more?: string;
  },
): string {
  return `  agent:
    name: ${name}
${condition === undefined ? '' : `    if: ${condition}\n`}    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions:
      contents: read
    outputs:
      conclusion: \${{ steps.cagent.outputs.conclusion }}
      patch-sha256: \${{ steps.cagent.outputs.patch-sha256 }}
    steps:
${checkoutStep(checkout)}
${cagentStep(form, { prompt, more: `${more}          artifact-name: ${artifact}\n` })}`;
}

function proposeJob(artifact: string, more = ''): string {
  return `  propose:
    name: a pull request, without an agent
    needs: agent
    if: needs.agent.outputs.conclusion == 'success'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: write # the branch with the commit
      pull-requests: write # the pull request
    steps:
      - uses: ${uses(CAGENT, '/apply')}
        with:
          artifact: ${artifact}
          patch-sha256: \${{ needs.agent.outputs.patch-sha256 }}
${more}`;
}

function checkoutStep(more: string): string {
  return `      - uses: ${uses(CHECKOUT)}
        with:
          persist-credentials: false
${more}`.trimEnd();
}

function cagentStep(
  form: WorkflowForm,
  { prompt, more }: { readonly prompt: WorkflowName; readonly more: string },
): string {
  const chosen =
    form.kind === 'own'
      ? ownChoice(form.choice, prompt)
      : `          agent: \${{ inputs.agent }}
          prompt-file: \${{ inputs.prompt-file }}
          model: \${{ inputs.model }}
${WORKFLOW_KEYS.map(({ input }) => keyLine({ input, secret: input })).join('')}`;
  return `      - id: cagent
        uses: ${uses(CAGENT)}
        with:
${chosen}${more}`;
}

function ownChoice({ agent, model, key }: WorkflowChoice, name: WorkflowName): string {
  if (agent === 'command') return `          run: bash ${taskPath(name, agent)}\n`;
  return `          agent: ${agent}
          prompt-file: ${taskPath(name, agent)}
${model === undefined ? '' : `          model: ${JSON.stringify(model)}\n`}${key === undefined ? '' : keyLine(key)}`;
}

function keyLine({ input, secret }: WorkflowKey): string {
  return `          ${input}: \${{ secrets.${secret} }}\n`;
}
