import { knownAgent } from '../../agents/known-agents.js';
import { chooseProvider } from '../../agents/model-access.js';
import { AGENT_NAMES, type AgentName } from '../../config/agent-names.js';
import { quote } from '../../config/found.js';
import type { ModelProvider } from '../../core/model-endpoint.js';
import { usageError } from '../usage-errors.js';

/** Where a workflow has the key of a model from: the input that takes it, and the secret of the repository. */
export interface WorkflowKey {
  readonly input: string;
  readonly secret: string;
}

/** What a person chooses for a workflow. */
export interface WorkflowChoice {
  readonly agent: AgentName;
  readonly model: string | undefined;
  /** `undefined` for a command, whose keys are its own business. */
  readonly key: WorkflowKey | undefined;
}

const ANTHROPIC: WorkflowKey = { input: 'anthropic-api-key', secret: 'ANTHROPIC_API_KEY' };
const OPENAI: WorkflowKey = { input: 'openai-api-key', secret: 'OPENAI_API_KEY' };
const GOOGLE: WorkflowKey = { input: 'google-api-key', secret: 'GEMINI_API_KEY' };

export const WORKFLOW_KEYS: readonly WorkflowKey[] = [ANTHROPIC, OPENAI, GOOGLE];

const KEY_OF: Readonly<Partial<Record<ModelProvider, WorkflowKey>>> = {
  anthropic: ANTHROPIC,
  openai: OPENAI,
  google: GOOGLE,
};

/**
 * The agent with the key that it needs: that of its model, else of the first API that it knows.
 * @throws CagentError `cli.usage` for an agent that is none, or that wants a model
 */
export function workflowChoice(agent: string, model: string | undefined): WorkflowChoice {
  const name = AGENT_NAMES.find((each) => each === agent);
  if (name === undefined) {
    throw usageError(
      `option --agent: found ${quote(agent)}, allowed: ${AGENT_NAMES.join(', ')}`,
      'For an agent of your own, take command and write how it is started into the script.',
    );
  }
  const known = knownAgent(name);
  if (known === undefined) return { agent: name, model: undefined, key: undefined };
  if (known.needsModel && model === undefined) {
    throw usageError(
      `${name} cannot choose a model by itself, allowed: --model NAME`,
      'A name such as anthropic/MODEL or openai/MODEL says whose it is, and so which key is needed.',
    );
  }
  return { agent: name, model, key: KEY_OF[chooseProvider(known, model, {})] };
}
