import type { KnownAgentName } from '../config/agent-names.js';
import type { KnownAgent } from './agent.js';
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
