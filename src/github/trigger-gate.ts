import type { Person, Trigger, TriggerPullRequest } from './trigger.js';
import { EVERYBODY, type TriggerPolicy } from './trigger-policy.js';

/** What a person may do in the repository, as GitHub's API says it; `maintain` is `write` there. */
export type Permission = 'admin' | 'write' | 'read' | 'none';

export type TriggerVerdict =
  | { readonly kind: 'run'; readonly restricted: Restriction | undefined }
  /** Nothing is run, and that is no failure. One sentence without a full stop, safe to show. */
  | { readonly kind: 'skip'; readonly reason: string };

/** How a fork's code is run: read-only and without secrets in any case. */
export interface Restriction {
  readonly network: 'none' | 'as-configured';
}

/** Events that GitHub itself keeps to those who can write: for people the question is answered already. */
const NEEDS_WRITE: ReadonlySet<string> = new Set([
  'push',
  'workflow_dispatch',
  'repository_dispatch',
  'merge_group',
  'create',
  'delete',
  'release',
]);

/** Events about a pull request that its author causes without anybody's help. */
const OF_THE_AUTHOR: ReadonlySet<string> = new Set(['pull_request', 'pull_request_target', 'workflow_run']);

/** The people whose permission decides and has to be asked of GitHub, by login. Pure. */
export function peopleToAsk(trigger: Trigger, policy: TriggerPolicy): readonly string[] {
  if (forkVerdict(trigger, policy) !== undefined || !isChecked(trigger)) return [];
  return trigger.people
    .filter(
      (person) => !person.isBot && !isListed(person, policy.allowUsers) && !NEEDS_WRITE.has(trigger.event),
    )
    .map(({ login }) => login);
}

/**
 * Whether the agent is run for this event, and how. Pure; whoever is not in `permissions` has none.
 * @param trigger with everything known of its pull request
 */
export function judgeTrigger(
  trigger: Trigger,
  policy: TriggerPolicy,
  permissions: ReadonlyMap<string, Permission>,
): TriggerVerdict {
  const ofFork = forkVerdict(trigger, policy);
  if (ofFork !== undefined) return ofFork;
  if (!isChecked(trigger)) return { kind: 'run', restricted: undefined };
  if (trigger.people.length === 0)
    return skip(`nobody is named as the one who caused the event ${trigger.event}`);
  for (const person of trigger.people) {
    const refused = refusal(trigger, person, policy, permissions);
    if (refused !== undefined) return skip(refused);
  }
  const restricted = trigger.pullRequest?.fork === true;
  return { kind: 'run', restricted: restricted ? { network: networkOf(policy) } : undefined };
}

/** A schedule is nobody's request: it runs what is on the default branch. */
function isChecked({ event, origin }: Trigger): boolean {
  return event !== 'schedule' && !(event === 'workflow_run' && origin === 'schedule');
}

/** What is decided by the fork alone. `fork: undefined` counts as one: what is not known is not trusted. */
function forkVerdict(trigger: Trigger, policy: TriggerPolicy): TriggerVerdict | undefined {
  const { pullRequest, event } = trigger;
  if (pullRequest === undefined || pullRequest.fork === false) return undefined;
  if (policy.fork.kind === 'refuse') {
    return skip('the pull request comes from a fork, and the input fork is refuse');
  }
  if (policy.fork.kind === 'no-network') {
    return OF_THE_AUTHOR.has(event) ? { kind: 'run', restricted: { network: 'none' } } : undefined;
  }
  return hasLabel(trigger, pullRequest, policy.fork.label)
    ? undefined
    : skip(labelMissing(policy.fork.label));
}

/**
 * The label speaks for the commits that were there when it was put on: on the events of the author it counts only
 * at that moment, since the next push may be anything.
 */
function hasLabel({ event }: Trigger, pullRequest: TriggerPullRequest, label: string): boolean {
  return OF_THE_AUTHOR.has(event) ? pullRequest.justLabelled === label : pullRequest.labels.includes(label);
}

function labelMissing(label: string): string {
  return `the pull request comes from a fork, and nobody has just put the label ${label} on it`;
}

function refusal(
  { event }: Trigger,
  person: Person,
  policy: TriggerPolicy,
  permissions: ReadonlyMap<string, Permission>,
): string | undefined {
  const { login, isBot, role } = person;
  if (isBot) {
    return isListed(person, policy.allowBotUsers)
      ? undefined
      : `the bot ${login} (${role}) is not in allow-bot-users`;
  }
  if (isListed(person, policy.allowUsers) || NEEDS_WRITE.has(event)) return undefined;
  const permission = permissions.get(login) ?? 'none';
  if (permission === 'admin' || permission === 'write') return undefined;
  return `${login} (${role}) cannot write to this repository and is not in allow-users`;
}

/** Whole names only: a part of a name is something that others can have too. */
function isListed({ login }: Person, list: readonly string[]): boolean {
  return list.some((name) => name === EVERYBODY || name.toLowerCase() === login.toLowerCase());
}

function networkOf({ fork }: TriggerPolicy): Restriction['network'] {
  return fork.kind === 'no-network' ? 'none' : 'as-configured';
}

function skip(reason: string): TriggerVerdict {
  return { kind: 'skip', reason };
}
