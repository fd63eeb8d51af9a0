import type { KnownAgent } from '../agents/agent.js';
import { keyNames } from '../agents/model-access.js';

/** Labels by which a registry and a reader know an image of ours: the common ones of OCI, and `cagent.*`. */
type Labels = Readonly<Record<string, string>>;

const OCI = 'org.opencontainers.image';
const SOURCE = 'https://github.com/org/cagent';

/** @param name `cagent-sandbox` and the like; also what clean-up looks for */
export function ownLabels(name: string, title: string, version: string): Labels {
  return {
    'cagent.image': name,
    [`${OCI}.title`]: title,
    [`${OCI}.version`]: version,
    [`${OCI}.source`]: SOURCE,
    [`${OCI}.licenses`]: 'Apache-2.0',
  };
}

/** What an agent's image says on top: which agent, which version of it, and what it needs from outside to run. */
export function agentLabels(agent: KnownAgent, version: string): Labels {
  return {
    ...ownLabels(`cagent-${agent.name}`, `${agent.title} in the cagent sandbox`, agent.package.version),
    // The agent has a licence of its own.
    [`${OCI}.licenses`]: '',
    'cagent.version': version,
    'cagent.agent.version': agent.package.version,
    ...secretLabels(agent),
  };
}

/** For an image from a Dockerfile of the user's: only what cagent knows. */
export function customLabels(agent: KnownAgent | undefined): Labels {
  return { 'cagent.image': 'cagent-custom', ...(agent === undefined ? {} : secretLabels(agent)) };
}

/** Names of variables, one of which holds the key of the model; never a value. */
function secretLabels(agent: KnownAgent): Labels {
  return { 'cagent.agent': agent.name, 'cagent.agent.secrets': keyNames(agent).join(',') };
}
