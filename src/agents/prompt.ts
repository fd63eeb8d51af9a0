import type { JsonSchemaDocument } from '../core/json-schema.js';
import { schemaNote } from './structured-output.js';

/** What every agent is told when it may only read: the words of `.agent-scratch/README`, short. */
const READ_ONLY_NOTE = `The workspace is read-only. The only place in it that you can write to is .agent-scratch.
To propose a change to a file, write its complete new version to the same path below .agent-scratch/workspace/
(for src/app.ts: .agent-scratch/workspace/src/app.ts), or put a patch that "git apply" takes into .agent-scratch/
with a name that ends in .patch. Deletions and renames need a patch. Every other file in .agent-scratch is handed
over as it is: put reports and notes there.`;

/**
 * The prompt as it is sent.
 * @param schema of the answer, when the agent has no option for it
 */
export function promptText(
  prompt: string,
  mode: 'overlay' | 'read-only',
  schema?: JsonSchemaDocument,
): string {
  const notes = [
    ...(mode === 'read-only' ? [READ_ONLY_NOTE] : []),
    ...(schema === undefined ? [] : [schemaNote(schema)]),
  ];
  return notes.length === 0 ? prompt : `${[prompt.trimEnd(), ...notes].join('\n\n')}\n`;
}
