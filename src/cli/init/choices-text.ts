import { knownAgent } from '../../agents/known-agents.js';
import { AGENT_NAMES, type AgentName } from '../../config/agent-names.js';
import { workflowChoice } from './workflow-choice.js';
import { WORKFLOW_NAMES, workflowSummary } from './workflows.js';

/** What there is to choose from, for a person who has not chosen. */
export function choicesText(): string {
  return `cagent init WORKFLOW... [--agent NAME] [--model NAME]

Workflows:
${WORKFLOW_NAMES.map((name) => `  ${name.padEnd(9)} ${workflowSummary(name)}`).join('\n')}

Agents:
${AGENT_NAMES.map((name) => `  ${name.padEnd(9)} ${needs(name)}`).join('\n')}

Nothing that is there is overwritten. For example: cagent init refactor review
`;
}

function needs(name: AgentName): string {
  const agent = knownAgent(name);
  if (agent === undefined) return 'any command, which you write into a script';
  if (agent.needsModel) return 'with --model; the secret is that of the model';
  const secret = workflowChoice(name, undefined).key?.secret;
  const other = agent.structuredOutput === 'prompt' ? ', or that of a --model' : '';
  return `secret ${secret}${other}${name === 'claude' ? ' (default)' : ''}`;
}
