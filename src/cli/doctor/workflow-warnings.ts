import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { CAGENT_OR_PART, judgeCagentPin, judgePins, type Warn } from './pin-warnings.js';
import { expressionsIn, type UntrustedVariables, untrustedIn } from './untrusted-expressions.js';
import { hasTrigger, mapsIn, putAliases, stepsOf, textOf } from './workflow-yaml.js';

/** A pattern that gives a workflow with an agent away. */
export interface WorkflowWarning {
  /** As given. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly found: string;
  readonly hint: string;
  /** `advice`: good as it is, and could be better. */
  readonly level: 'warning' | 'advice';
}

const CAGENT = /^[\w.-]+\/cagent@(.+)$/;
/** A program of ours in a script, in the place of the action. */
const CAGENT_IN_SCRIPT = /\bcagent (?:run|shell)\b/;
/** Comments and reviews are what an agent's job may write; all else reaches branches, releases and other systems. */
const HARMLESS: readonly string[] = ['pull-requests', 'issues', 'discussions'];
/** Events of strangers on which a job has the secrets and the token of the repository. */
const WITH_SECRETS = ['pull_request_target', 'workflow_run'] as const;
/** Events about a pull request, whose base commit says what holds. */
const ABOUT_PULL_REQUESTS = ['pull_request', 'pull_request_target', 'issue_comment'] as const;
/** The code of whoever opened the pull request. */
const HEAD_REF =
  /\bgithub\.head_ref\b|\bpull_request\.(?:head|merge_commit_sha)\b|\bworkflow_run\.(?:head_|pull_requests)|refs\/pull\//i;
const HEAD_IN_SCRIPT = /\bgh pr checkout\b|\bgit (?:fetch|pull)\b.*\bpull\/.*\/(?:head|merge)\b/;

/**
 * Looks through the text of one workflow. What is no workflow has no warnings. Pure.
 * @param ownOwner account of the repository, whose own actions need no pin
 */
export function workflowWarnings(file: string, text: string, ownOwner?: string): readonly WorkflowWarning[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const root = document.contents;
  const warnings: WorkflowWarning[] = [];
  if (document.errors.length > 0 || !isMap(root)) return warnings;
  putAliases(document);
  const at = (node: unknown): number => lines.linePos((node as Node | undefined)?.range?.[0] ?? 0).line;
  const warn = (node: unknown, found: string, hint: string): void =>
    void warnings.push({ file, line: at(node), found, hint, level: 'warning' });
  const onTarget = WITH_SECRETS.find((name) => hasTrigger(root, name));
  const onComment = hasTrigger(root, 'issue_comment');
  const onPullRequest = hasTrigger(root, 'pull_request');
  const aboutPullRequest = ABOUT_PULL_REQUESTS.some((name) => hasTrigger(root, name));
  for (const job of mapsIn(root.get('jobs'))) {
    const steps = stepsOf(job);
    if (typeof job.get('uses') === 'string') judgeCall(job, warn);
    const action = steps.find((step) => CAGENT.test(textOf(step, 'uses')));
    const agent = action ?? steps.find((step) => CAGENT_IN_SCRIPT.test(textOf(step, 'run')));
    for (const [index, step] of steps.entries()) {
      const variables = untrustedVariables([root, job, step]);
      judgeScript(step, variables, warn);
      judgeCagentPin(step, warn);
      if (onTarget !== undefined) judgeHeadCheckout(step, onTarget, warn);
      // A comment is the usual way to ask for an agent, which is safe as long as nothing else touches the code.
      else if (onComment && steps.slice(index + 1).some((later) => later.has('run')))
        judgeHeadCheckout(step, 'issue_comment', warn);
      if (agent !== undefined) judgeCredentials(step, warn);
      if (action !== undefined && onPullRequest) judgeDepth(step, action, warn);
      if (CAGENT.test(textOf(step, 'uses'))) judgeInputs(step, variables, warn);
      if (step === action && aboutPullRequest) judgeBase(step, warn);
    }
    if (agent !== undefined) judgePermissions(job, root, agent, warn);
  }
  const users = mapsIn(root.get('jobs')).flatMap((job) => [job, ...stepsOf(job)]);
  if (users.some((user) => CAGENT_OR_PART.test(textOf(user, 'uses'))))
    judgePins(users, ownOwner, warn, (node, found, hint) =>
      warnings.push({ file, line: at(node), found, hint, level: 'advice' }),
    );
  return warnings;
}

/** The variables of several levels; the inner ones count. */
function untrustedVariables(levels: readonly YAMLMap[]): UntrustedVariables {
  const found = new Map<string, string>();
  for (const level of levels) {
    const env = level.get('env');
    if (!isMap(env)) continue;
    for (const { key, value } of env.items) {
      const held = isScalar(value) ? untrustedIn(String(value.value), found) : undefined;
      const name = String(key).toLowerCase();
      if (held === undefined) found.delete(name);
      else found.set(name, held);
    }
  }
  return found;
}

function judgeScript(step: YAMLMap, variables: UntrustedVariables, warn: Warn): void {
  const inputs = step.get('with');
  const [holder, key] = isMap(inputs) && step.get('run') === undefined ? [inputs, 'script'] : [step, 'run'];
  const expression = untrustedIn(textOf(holder, key), variables);
  if (expression === undefined) return;
  warn(
    holder.get(key, true),
    `${expression} is put into a script: whoever wrote it writes the script`,
    'Put it into env: and use the variable of the shell, in quotes.',
  );
}

function judgeInputs(step: YAMLMap, variables: UntrustedVariables, warn: Warn): void {
  const inputs = step.get('with');
  if (!isMap(inputs)) return;
  const inPrompt = untrustedIn(textOf(inputs, 'prompt'), variables);
  // What another agent said is a prompt that somebody meant.
  if (inPrompt !== undefined && /^github\b/i.test(inPrompt)) {
    warn(
      inputs.get('prompt', true),
      `${inPrompt} is put into the prompt as if you had written it`,
      'Write the fact as {{pull_request.title}} and the like, which is delimited and labelled as untrusted.',
    );
  }
  for (const name of ['run', 'agent-args', 'agent_args']) {
    const expression = untrustedIn(textOf(inputs, name), variables);
    if (expression === undefined) continue;
    warn(
      inputs.get(name, true),
      `${expression} is put into the command: whoever wrote it writes the command`,
      'Hand it over by the input env, and let the command read the variable.',
    );
  }
  for (const name of ['allow-users', 'allow-bot-users', 'allow_users', 'allow_bot_users']) {
    if (!/(^|[\s,])\*($|[\s,])/.test(textOf(inputs, name))) continue;
    warn(
      inputs.get(name, true),
      `${name} is *, so that everybody may start the agent`,
      'Name who may start it.',
    );
  }
}

function judgeBase(step: YAMLMap, warn: Warn): void {
  const inputs = step.get('with');
  if (!isMap(inputs) || textOf(inputs, 'base') !== 'none') return;
  warn(
    inputs.get('base', true),
    'base is none, so that a pull request says by its own cagent.yml how it is run',
    'Leave the input out, and check out with fetch-depth: 0.',
  );
}

function judgeCredentials(step: YAMLMap, warn: Warn): void {
  if (!textOf(step, 'uses').startsWith('actions/checkout@')) return;
  const inputs = step.get('with');
  const kept = isMap(inputs) ? inputs.get('persist-credentials') : undefined;
  if (kept === false || kept === 'false') return;
  warn(
    step.get('uses', true),
    'the checkout keeps the token in .git/config, beside the agent',
    'Set persist-credentials: false.',
  );
}

/** Not a danger, but the run would end before its agent starts. */
function judgeDepth(step: YAMLMap, agent: YAMLMap, warn: Warn): void {
  const [checkout, inputs] = [step.get('with'), agent.get('with')];
  if (!textOf(step, 'uses').startsWith('actions/checkout@')) return;
  if ((isMap(checkout) && checkout.has('fetch-depth')) || (isMap(inputs) && inputs.has('base'))) return;
  warn(
    step.get('uses', true),
    'the checkout has only the commit of the pull request, and cagent reads from its base what it trusts',
    'Set fetch-depth: 0.',
  );
}

function judgeHeadCheckout(step: YAMLMap, event: string, warn: Warn): void {
  const place = headPlace(step);
  if (place === undefined) return;
  warn(
    place,
    `${event} checks out the head of a pull request: a stranger's code beside your secrets`,
    'Use pull_request, or let nothing but cagent touch it, which reads what it trusts from the base.',
  );
}

/** Where a step says that it takes the code of a pull request. */
function headPlace(step: YAMLMap): unknown {
  if (HEAD_IN_SCRIPT.test(textOf(step, 'run'))) return step.get('run', true);
  const inputs = step.get('with');
  if (!textOf(step, 'uses').startsWith('actions/checkout@') || !isMap(inputs)) return undefined;
  const refs = `${textOf(inputs, 'ref')} ${textOf(inputs, 'repository')}`;
  return HEAD_REF.test([refs, ...expressionsIn(refs)].join(' '))
    ? (inputs.get('ref', true) ?? inputs)
    : undefined;
}

/** A job that is a workflow of its own. */
function judgeCall(job: YAMLMap, warn: Warn): void {
  judgeCagentPin(job, warn);
  if (!CAGENT_OR_PART.test(textOf(job, 'uses')) || job.get('secrets') !== 'inherit') return;
  warn(
    job.get('secrets', true),
    'the workflow with the agent inherits every secret of the repository',
    'Hand over the key of the model by its name.',
  );
}

function judgePermissions(job: YAMLMap, root: YAMLMap, agent: YAMLMap, warn: Warn): void {
  const node = job.get('permissions', true) ?? root.get('permissions', true);
  const hint = 'Give the job contents: read, and let org/cagent/apply write in a job of its own.';
  if (node === undefined) {
    warn(
      agent.get('uses', true) ?? agent.get('run', true),
      "the job of the agent has the repository's default permissions",
      hint,
    );
    return;
  }
  if (isScalar(node) && node.value === 'write-all')
    warn(node, 'the job of the agent may write everything', hint);
  if (!isMap(node)) return;
  const written = node.items
    .filter(({ key, value }) => isScalar(value) && value.value === 'write' && !HARMLESS.includes(String(key)))
    .map(({ key }) => String(key));
  if (written.length > 0) warn(node, `the job of the agent may write ${written.join(', ')}`, hint);
}
