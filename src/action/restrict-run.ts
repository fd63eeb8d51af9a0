import { withoutKeys } from '../agents/model-access.js';
import type { RunSpec } from '../config/run-spec.js';
import type { Environment } from '../core/environment.js';
import type { Restriction } from '../github/trigger-gate.js';

export interface RestrictedRun {
  readonly spec: RunSpec;
  readonly environment: Environment;
  /** Whose configuration may hold, see `trustedCommits`. */
  readonly trusted: readonly string[];
}

/**
 * A run for code from a fork: read-only, and with nothing in reach that its author could want. Pure.
 * @param modelKey whether the gateway keeps the key of the model
 * @returns the reason, one sentence without a full stop, where the run makes no sense without what it may not have
 */
export function restrictRun(
  { spec, environment, trusted }: RestrictedRun,
  { network }: Restriction,
  modelKey: boolean,
): RestrictedRun | { readonly reason: string } {
  const secrets = spec.env.filter(({ secret }) => secret).map(({ name }) => name);
  const hasKey = modelKey && network !== 'none';
  if (secrets.length > 0) {
    return { reason: `code from a fork gets no value of the runner, and env names ${secrets.join(', ')}` };
  }
  const { base } = spec.view;
  if (base === undefined) {
    return { reason: 'there is no base commit, so the configuration of the fork would decide how it is run' };
  }
  if (!trusted.includes(base)) {
    return {
      reason: `the input base leads to ${base.slice(0, 12)}, which GitHub does not name as the base of the pull request and which may be of the fork; leave the input out`,
    };
  }
  if (spec.agent.name !== 'command' && !hasKey) {
    const how = network === 'none' ? 'fork: label:NAME with fork-model-key' : 'fork-model-key';
    return {
      reason: `the agent ${spec.agent.name} needs a model, which code from a fork gets only with ${how}`,
    };
  }
  return {
    spec: {
      ...spec,
      view: { ...spec.view, mode: 'read-only' },
      network: network === 'none' ? { ...spec.network, mode: 'none', allow: undefined } : spec.network,
    },
    environment: hasKey ? environment : withoutKeys(environment),
    trusted,
  };
}

/** One sentence for the log and the summary. */
export function restrictionNotice({ network }: Restriction): string {
  const how =
    network === 'none' ? 'read-only, without secrets and without network' : 'read-only and without secrets';
  return `The code comes from a fork: the agent runs ${how}.`;
}
