import { alternatives, nearest, quote } from '../found.js';
import { EVENT_FACTS, OPEN_FACTS } from './event-facts.js';
import { delimited, untrustedNote } from './untrusted-text.js';

/** The payload of the event that started a workflow. */
export type EventPayload = Readonly<Record<string, unknown>>;

// `\{{` is the text itself, and `${{` is the language of workflows.
const VARIABLE = /(\\|\$)?\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;
const NEAREST_NAMES = Object.keys(EVENT_FACTS);

/** The variables that a prompt has, each once. */
export function promptVariables(prompt: string): readonly string[] {
  const found = [...prompt.matchAll(VARIABLE)].filter(([, mark]) => mark === undefined);
  return [...new Set(found.map(([, , name]) => name as string))];
}

/** What is wrong with the variables of a prompt, whatever the event is; one line each, without a place. */
export function variableProblems(prompt: string): readonly string[] {
  return promptVariables(prompt)
    .filter((name) => !isKnown(name))
    .map((name) => {
      const allowed = 'allowed: a fact of the event, or \\{{ for the text itself';
      return `found {{${name}}}, which is no fact of an event, ${allowed}, nearest: ${nearest(name, NEAREST_NAMES)}`;
    });
}

/** The variables that the event does not have, in one line; `undefined` when it has them all. */
export function missingFacts(prompt: string, event: EventPayload): string | undefined {
  const missing = promptVariables(prompt).filter((name) => factOf(event, name) === undefined);
  if (missing.length === 0) return undefined;
  const parts = Object.keys(event).filter((key) => NEAREST_NAMES.some((name) => name.split('.')[0] === key));
  const has =
    parts.length === 0 ? 'nothing that a prompt can say' : alternatives(parts.map((part) => quote(part)));
  return `the event has no ${missing.join(', no ')}; it has ${has}`;
}

/**
 * The prompt with the facts of the event in the place of its variables. Text that others wrote stands between lines
 * with the token and is never looked at for variables in turn. Pure.
 * @param token random and not to be guessed, letters and digits
 */
export function renderPrompt(prompt: string, event: EventPayload, token: string): string {
  let foreign = false;
  const text = prompt.replace(VARIABLE, (whole, mark: string | undefined, name: string) => {
    if (mark !== undefined) return mark === '\\' ? whole.slice(1) : whole;
    const value = factOf(event, name) ?? '';
    const form = EVENT_FACTS[name];
    if (form instanceof RegExp && form.test(value)) return value;
    foreign = true;
    return delimited(name, value, token);
  });
  return foreign ? `${untrustedNote(token)}\n\n${text}` : text;
}

function isKnown(name: string): boolean {
  return Object.hasOwn(EVENT_FACTS, name) || OPEN_FACTS.test(name);
}

/** As text; an empty field of the event is empty, and one that it does not have is `undefined`. */
function factOf(event: EventPayload, name: string): string | undefined {
  const value = name.split('.').reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    return (at as EventPayload)[step];
  }, event);
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
