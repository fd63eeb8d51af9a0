/** Agents that a ready workflow can be made for, and the input and secret of their model key. */
export const WORKFLOW_AGENTS = {
  claude: { input: 'anthropic-api-key', secret: 'ANTHROPIC_API_KEY' },
  codex: { input: 'openai-api-key', secret: 'OPENAI_API_KEY' },
  gemini: { input: 'google-api-key', secret: 'GEMINI_API_KEY' },
} as const;

export type WorkflowAgent = keyof typeof WORKFLOW_AGENTS;

export const WORKFLOW_AGENT_NAMES = Object.keys(WORKFLOW_AGENTS) as readonly WorkflowAgent[];
