import type { AgentSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';

/** What is run in the sandbox for an agent. Readonly JSON. */
export interface AgentPlan {
  readonly name: string;
  /** Program and arguments; never through a shell. */
  readonly command: readonly string[];
  /** Text for standard input instead of our own, when the agent takes its prompt there. */
  readonly stdin: string | undefined;
  /** Hosts that the agent's own model API needs. */
  readonly hosts: readonly string[];
}

/**
 * Decides the command of an agent. Pure.
 * @throws CagentError `config.invalid` for an agent that this version does not run yet
 */
export function planAgent(spec: AgentSpec): AgentPlan {
  if (spec.name !== 'command') {
    throw new CagentError('config.invalid', `agent: ${spec.name} is not supported yet`, {
      hint: 'Use agent "command" and give the whole command after `--`.',
    });
  }
  return { name: spec.name, command: spec.command, stdin: spec.prompt, hosts: [] };
}
