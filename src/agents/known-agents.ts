import type { KnownAgentName } from '../config/agent-names.js';
import type { AgentSpec } from '../config/run-spec.js';
import type { Agent, KnownAgent } from './agent.js';
import { definedAgent } from './defined-agent.js';
import { aider } from './known/aider.js';
import { claude } from './known/claude.js';
import { codex } from './known/codex.js';
import { copilot } from './known/copilot.js';
import { gemini } from './known/gemini.js';
import { opencode } from './known/opencode.js';

export const KNOWN_AGENTS: Readonly<Record<KnownAgentName, KnownAgent>> = {
  claude,
  codex,
  gemini,
  opencode,
  copilot,
  aider,
};

/** `undefined` for `command`. */
export function knownAgent(name: string): KnownAgent | undefined {
  return Object.hasOwn(KNOWN_AGENTS, name) ? KNOWN_AGENTS[name as KnownAgentName] : undefined;
}

/** What runs for a RunSpec: an agent that cagent knows or that the user defined; `undefined` for a command. */
export function agentOf({ name, definition, interactive }: AgentSpec): Agent | undefined {
  if (interactive === true) return undefined;
  return definition === undefined ? knownAgent(name) : definedAgent(name, definition);
}
