import type { EnvironmentEntry } from '../config/run-spec.js';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { SecretValue } from '../core/secret-values.js';

/** Variables that give power over the workflow, its repository or its caches: tokens and command files. */
const OF_THE_RUNNER = /^(ACTIONS_.+|GITHUB_(TOKEN|ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)|INPUT_.+|STATE_.+)$/;
const TOKENS = ['GITHUB_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;

/** The tokens that the runner has here, to be masked in every result. */
export function runnerTokens(environment: Environment, token: string): readonly SecretValue[] {
  const values = {
    'github-token': token,
    ...Object.fromEntries(TOKENS.map((name) => [name, environment[name]])),
  };
  return Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/**
 * Refuses to hand the runner's own variables to the agent, by their names or under another one.
 * @param token the input `github-token`; empty for none
 * @throws CagentError `config.invalid`; the message shows no value
 */
export function refuseRunnerVariables(
  entries: readonly EnvironmentEntry[],
  environment: Environment,
  token: string,
): void {
  const tokens = runnerTokens(environment, token);
  const refused = entries.filter(
    ({ name, value, secret }) =>
      (secret && OF_THE_RUNNER.test(name)) || tokens.some((each) => value.includes(each.value)),
  );
  if (refused.length === 0) return;
  const names = refused.map(({ name }) => name).join(', ');
  throw new CagentError(
    'config.invalid',
    `input env: ${names} belongs to the runner and is never given to an agent, allowed: other variables`,
    { hint: 'Give the agent a key of its own, with no more rights than its task needs.' },
  );
}
