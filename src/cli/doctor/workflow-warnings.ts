import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';

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

/** Expressions whose value anybody may have written. */
const UNTRUSTED =
  /\$\{\{[^}]*\b(github\.head_ref|github\.event(?:\.[\w*-]+|\[[^\]]*\])*?\.(?:title|body|ref|label|message|name|email|head_branch|display_title|page_name|default_branch))\b/;
const CAGENT = /^[\w.-]+\/cagent@(.+)$/;
const CAGENT_OR_PART = /^[\w.-]+\/cagent(?:\/[^@]*)?@(.+)$/;
/** Comments and reviews are what an agent's job may write; these reach branches, releases and other systems. */
const POWERS = [
  'contents',
  'actions',
  'packages',
  'deployments',
  'id-token',
  'pages',
  'workflows',
  'security-events',
];

/** An action of another repository, with the owner, and what comes behind the `@`. */
const REMOTE = /^([\w.-]+)\/[\w.-]+(?:\/[^@]*)?@(.+)$/;
/** Who keeps these has the runner in hand anyway. */
const OF_GITHUB: readonly string[] = ['actions', 'github'];

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
  const at = (node: unknown): number => lines.linePos((node as Node | undefined)?.range?.[0] ?? 0).line;
  const warn = (node: unknown, found: string, hint: string): void =>
    void warnings.push({ file, line: at(node), found, hint, level: 'warning' });
  const onTarget = hasTrigger(root, 'pull_request_target');
  const onPullRequest = hasTrigger(root, 'pull_request');
  for (const job of mapsIn(root.get('jobs'))) {
    const steps = stepsOf(job);
    if (typeof job.get('uses') === 'string') judgeCagentPin(job, warn);
    const agent = steps.find((step) => CAGENT.test(textOf(step, 'uses')));
    for (const step of steps) {
      judgeScript(step, warn);
      judgeCagentPin(step, warn);
      if (onTarget) judgeHeadCheckout(step, warn);
      if (agent !== undefined) judgeCredentials(step, warn);
      if (agent !== undefined && onPullRequest) judgeDepth(step, agent, warn);
      if (CAGENT.test(textOf(step, 'uses'))) judgeInputs(step, warn);
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

type Warn = (node: unknown, found: string, hint: string) => void;

function judgeScript(step: YAMLMap, warn: Warn): void {
  const expression = UNTRUSTED.exec(textOf(step, 'run'))?.[1];
  if (expression === undefined) return;
  warn(
    step.get('run', true),
    `${expression} is put into a script: whoever wrote it writes the script`,
    'Put it into env: and use the variable, in quotes.',
  );
}

function judgeInputs(step: YAMLMap, warn: Warn): void {
  const inputs = step.get('with');
  if (!isMap(inputs)) return;
  const expression = UNTRUSTED.exec(textOf(inputs, 'prompt'))?.[1];
  if (expression !== undefined) {
    warn(
      inputs.get('prompt', true),
      `${expression} is put into the prompt as if you had written it`,
      'Write the fact as {{pull_request.title}} and the like, which is delimited and labelled as untrusted.',
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

function judgeHeadCheckout(step: YAMLMap, warn: Warn): void {
  const inputs = step.get('with');
  if (!textOf(step, 'uses').startsWith('actions/checkout@') || !isMap(inputs)) return;
  const ref = `${textOf(inputs, 'ref')} ${textOf(inputs, 'repository')}`;
  if (!/pull_request\.head|github\.head_ref|refs\/pull\//.test(ref)) return;
  warn(
    inputs.get('ref', true) ?? inputs,
    "pull_request_target checks out the head of a pull request: a stranger's code beside your secrets",
    'Use pull_request; cagent reads what it trusts from the base.',
  );
}

function judgeCagentPin(step: YAMLMap, warn: Warn): void {
  const ref = CAGENT_OR_PART.exec(textOf(step, 'uses'))?.[1];
  if (ref === undefined || isCommit(ref) || isVersion(ref)) return;
  warn(
    step.get('uses', true),
    `cagent is used at ${ref}, which can become something else at any time`,
    'Pin it by the commit of a release, with the version in a comment; "cagent init" shows how.',
  );
}

/** Everything beside an agent and its token, at what can be moved: each of strangers, those of known owners in one line. */
function judgePins(users: readonly YAMLMap[], ownOwner: string | undefined, warn: Warn, advise: Warn): void {
  const known: YAMLMap[] = [];
  for (const user of users) {
    const uses = textOf(user, 'uses');
    const [, owner = '', ref = ''] = REMOTE.exec(uses) ?? [];
    if (ref === '' || isCommit(ref)) continue;
    const isCagent = CAGENT_OR_PART.test(uses);
    if (isCagent && !isVersion(ref)) continue;
    if (isCagent || (isVersion(ref) && [...OF_GITHUB, ownOwner].includes(owner))) known.push(user);
    else
      warn(
        user.get('uses', true),
        `${uses} is no fixed commit: who can move ${ref} decides what runs beside the agent`,
        'Pin it by the whole id of a commit, with the version in a comment, which dependabot keeps current.',
      );
  }
  const [first] = known;
  if (first === undefined) return;
  const names = [...new Set(known.map((user) => textOf(user, 'uses')))].join(', ');
  advise(
    first.get('uses', true),
    `by tags of known owners: ${names}`,
    'A commit in the place of a tag cannot be moved.',
  );
}

function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

function isVersion(ref: string): boolean {
  return /^v?\d/.test(ref);
}

function judgePermissions(job: YAMLMap, root: YAMLMap, agent: YAMLMap, warn: Warn): void {
  const node = job.get('permissions', true) ?? root.get('permissions', true);
  const hint = 'Give the job contents: read, and let org/cagent/apply write in a job of its own.';
  if (node === undefined) {
    warn(agent.get('uses', true), "the job of the agent has the repository's default permissions", hint);
    return;
  }
  if (isScalar(node) && node.value === 'write-all')
    warn(node, 'the job of the agent may write everything', hint);
  if (!isMap(node)) return;
  const written = POWERS.filter((name) => node.get(name) === 'write');
  if (written.length > 0) warn(node, `the job of the agent may write ${written.join(', ')}`, hint);
}

function hasTrigger(root: YAMLMap, name: string): boolean {
  const on = root.get('on');
  if (isMap(on)) return on.has(name);
  if (isSeq(on)) return (on.toJSON() as unknown[]).includes(name);
  return on === name;
}

function stepsOf(job: YAMLMap): readonly YAMLMap[] {
  const steps = job.get('steps');
  return isSeq(steps) ? steps.items.filter((step) => isMap(step)) : [];
}

function mapsIn(node: unknown): readonly YAMLMap[] {
  return isMap(node) ? node.items.map(({ value }) => value).filter((value) => isMap(value)) : [];
}

function textOf(map: YAMLMap, key: string): string {
  const value = map.get(key);
  return typeof value === 'string' ? value : '';
}
