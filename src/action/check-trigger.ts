import { quote } from '../config/found.js';
import type { Environment } from '../core/environment.js';
import { asCagentError, CagentError } from '../core/errors.js';
import type { GitHub } from '../github/client.js';
import { type GitHubEvent, readEvent } from '../github/event.js';
import { fetchPullRequest, permissionOf } from '../github/repository-facts.js';
import { type Trigger, triggerOf, withPullRequest } from '../github/trigger.js';
import { judgeTrigger, type Permission, peopleToAsk, type TriggerVerdict } from '../github/trigger-gate.js';
import { EVERYBODY, type TriggerPolicy } from '../github/trigger-policy.js';

export interface CheckedTrigger {
  readonly trigger: Trigger;
  readonly verdict: TriggerVerdict;
}

/**
 * Whether the agent is run for the event of this workflow. What cannot be found out is not allowed.
 * @param connect called only when GitHub has to be asked
 * @throws CagentError `github.event`, `config.invalid`, and `trigger.unverified` when GitHub cannot be asked
 */
export async function checkTrigger(
  environment: Environment,
  policy: TriggerPolicy,
  connect: () => GitHub,
): Promise<CheckedTrigger> {
  const event = await readEvent(environment);
  refuseEverybody(event, policy);
  const known = triggerOf(event);
  try {
    const trigger = await withAskedPullRequest(known, connect);
    const permissions = new Map<string, Permission>();
    for (const login of peopleToAsk(trigger, policy)) {
      permissions.set(login, await permissionOf(connect(), trigger.repository, login));
    }
    return { trigger, verdict: judgeTrigger(trigger, policy, permissions) };
  } catch (thrown) {
    const { code, message } = asCagentError(thrown);
    if (!code.startsWith('github.')) throw thrown;
    const who = known.people.map(({ login }) => login).join(', ') || 'somebody';
    throw new CagentError(
      'trigger.unverified',
      `GitHub cannot say whether ${who} may start an agent: ${message}`,
      {
        hint: 'Set the input github-token to a token that can read this repository, as the default does, or name people in allow-users.',
        cause: thrown,
      },
    );
  }
}

/** A comment does not tell whether its pull request comes from a fork, nor does it tell the base. */
async function withAskedPullRequest(trigger: Trigger, connect: () => GitHub): Promise<Trigger> {
  const { pullRequest, repository } = trigger;
  if (pullRequest?.number === undefined) return trigger;
  if (pullRequest.fork !== undefined && pullRequest.baseSha !== undefined) return trigger;
  return withPullRequest(trigger, await fetchPullRequest(connect(), repository, pullRequest.number));
}

/** On a public repository everybody is everybody on earth. */
function refuseEverybody({ isPrivate }: GitHubEvent, policy: TriggerPolicy): void {
  if (isPrivate === true) return;
  const given = (['allowUsers', 'allowBotUsers'] as const).filter((list) => policy[list].includes(EVERYBODY));
  if (given.length === 0) return;
  const inputs = given
    .map((list) => (list === 'allowUsers' ? 'allow-users' : 'allow-bot-users'))
    .join(' and ');
  throw new CagentError(
    'config.invalid',
    `input ${inputs}: found ${quote(EVERYBODY)}, allowed on a repository that is not private: names`,
  );
}
