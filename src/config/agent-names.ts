/** The agents that cagent knows how to start, and `command` for anything else. What each one is: src/agents. */
export const AGENT_NAMES = ['claude', 'codex', 'gemini', 'opencode', 'copilot', 'aider', 'command'] as const;

export type AgentName = (typeof AGENT_NAMES)[number];

export type KnownAgentName = Exclude<AgentName, 'command'>;

/** What plan and report call what runs: in the sandbox of an agent, a shell is still no agent. */
export function nameOfAgent({
  name,
  interactive,
}: {
  readonly name: string;
  readonly interactive?: true;
}): string {
  return interactive === true ? 'shell' : name;
}
