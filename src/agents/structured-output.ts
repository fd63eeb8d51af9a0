import type { JsonCheck, JsonSchemaDocument } from '../core/json-schema.js';
import type { AgentResult } from './agent.js';

/** The answer to an output schema, or why there is none. */
export type StructuredAnswer = { readonly value: unknown } | { readonly problem: string };

/** A value as large as that is no answer but a leak of memory. */
const LARGEST_ANSWER = 1_048_576;
/** What walks a value deeper than thousands of levels overflows the stack, and the run would lose its report. */
const DEEPEST_ANSWER = 100;

/** What an agent is asked that has no option for a schema. */
export function schemaNote(schema: JsonSchemaDocument): string {
  return `Your last message must be one JSON value that is valid against the JSON Schema below, and nothing else: no
words before or after it. It is read by a program.

${JSON.stringify(schema)}`;
}

/**
 * The value in an agent's result: what the agent itself took for it, else its last message as JSON, else the last
 * fenced block of that message. It is checked in each case, since no agent's word is proof.
 */
export function readAnswer(result: AgentResult, check: JsonCheck): StructuredAnswer {
  const found = findValue(result);
  if ('problem' in found) return found;
  if (isDeeperThan(found.value, DEEPEST_ANSWER))
    return { problem: `its structured output is nested deeper than ${DEEPEST_ANSWER} levels` };
  if (JSON.stringify(found.value).length > LARGEST_ANSWER)
    return { problem: `its structured output is larger than ${LARGEST_ANSWER} bytes` };
  const problem = check(found.value);
  return problem === undefined
    ? found
    : { problem: `its structured output does not match the schema: ${problem}` };
}

function findValue({ structuredOutput, finalMessage }: AgentResult): StructuredAnswer {
  if (structuredOutput !== undefined) return { value: structuredOutput };
  if (finalMessage === undefined) return { problem: 'it gave no structured output, and no last message' };
  const blocks = [...finalMessage.matchAll(/^```[^\n`]*\n(.*?)^```/gms)].map(([, text]) => text ?? '');
  for (const text of [finalMessage, ...blocks.slice(-1)]) {
    const value = parse(text);
    if (value !== undefined) return { value };
  }
  return { problem: 'it gave no structured output: its last message is not JSON' };
}

/** Level by level, without recursion. */
function isDeeperThan(value: unknown, levels: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
