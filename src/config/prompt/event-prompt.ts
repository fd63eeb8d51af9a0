import { randomBytes } from 'node:crypto';
import type { Environment } from '../../core/environment.js';
import { CagentError } from '../../core/errors.js';
import { quote } from '../found.js';
import { type NamedPath, type Places, readNamed } from '../named-files.js';
import {
  type EventPayload,
  missingFacts,
  promptVariables,
  renderPrompt,
  variableProblems,
} from './render-prompt.js';

/** GitHub sends no larger one. */
const LARGEST_EVENT_BYTES = 26_214_400;

export interface PromptSource {
  readonly text: string;
  /** How messages name it, e.g. `--prompt` or `cagent.yml:3:3: agent.prompt-file: "task.md"`. */
  readonly label: string;
}

/**
 * The prompt with the facts of the event. Reads the event only when the prompt has a variable.
 *
 * @param event the file that `--event` names; otherwise that of the workflow run
 * @throws CagentError `config.unreadable`, or `config.invalid` for a variable that no event or not this event has
 */
export async function promptOfEvent(
  { text, label }: PromptSource,
  event: NamedPath | undefined,
  environment: Environment,
  places: Places,
): Promise<string> {
  if (promptVariables(text).length === 0) return renderPrompt(text, {}, '');
  const refuse = (why: string, hint?: string): CagentError =>
    new CagentError('config.invalid', `${label}: ${why}`, hint === undefined ? {} : { hint });
  const problems = variableProblems(text);
  if (problems.length > 0) throw refuse(problems.join('; '), 'docs/agents.md lists the facts of events.');
  const named = event ?? runnersEvent(environment);
  if (named === undefined) {
    const found = promptVariables(text).map((name) => `{{${name}}}`);
    throw refuse(
      `found ${found.join(', ')} but no event, allowed: facts of the event in a workflow run, or with --event FILE`,
    );
  }
  const payload = await readEvent(named, places);
  const missing = missingFacts(text, payload);
  if (missing !== undefined) throw refuse(`${missing}, allowed: facts that the event has`);
  return renderPrompt(text, payload, randomBytes(16).toString('hex'));
}

function runnersEvent({ GITHUB_EVENT_PATH: path }: Environment): NamedPath | undefined {
  return path === undefined || path === ''
    ? undefined
    : { label: 'GITHUB_EVENT_PATH', text: path, from: 'flag' };
}

async function readEvent(named: NamedPath, places: Places): Promise<EventPayload> {
  const text = await readNamed(named, places, LARGEST_EVENT_BYTES);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as EventPayload;
  } catch {
    // Refused below.
  }
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} is no JSON object, allowed: the payload of an event`,
  );
}
