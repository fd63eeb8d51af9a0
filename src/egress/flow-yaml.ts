import type { AllowObject } from '../config/run-spec.js';
import { withoutCommands } from '../core/log-json.js';

/** Words that YAML would read as something else than text. */
const NOT_TEXT =
  /^(?:true|false|yes|no|on|off|y|n|null|~|0[xo][\da-f_]+|[-+]?[\d_]*\.?[\d_]*(?:e[-+]?\d+)?)$/i;

/**
 * Text as a YAML scalar that is safe in block and flow context, quoted only where it must be. What cannot be seen, or
 * turns the direction of what follows, is written as an escape: the text of a rule is read by people.
 */
export function yamlScalar(text: string): string {
  const plain =
    /^[A-Za-z0-9_/][A-Za-z0-9_./%+~=@:-]*$/.test(text) && !text.endsWith(':') && !NOT_TEXT.test(text);
  return plain ? text : withoutCommands(JSON.stringify(text)).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** An allow entry on one line, as it could stand in `network.allow`. */
export function flowEntry(entry: AllowObject): string {
  const parts = [`dest: ${yamlScalar(entry.dest)}`];
  if (entry.ports !== undefined) parts.push(`ports: ${list(entry.ports.map(numberOrText))}`);
  if (entry.http !== undefined) {
    const rules = entry.http.map(({ methods, paths }) =>
      mapping([
        ...(methods === undefined ? [] : [`methods: ${list(methods.map(yamlScalar))}`]),
        ...(paths === undefined ? [] : [`paths: ${list(paths.map(yamlScalar))}`]),
      ]),
    );
    parts.push(`http: ${list(rules)}`);
  }
  if (entry.private === true) parts.push('private: true');
  const { 'max-upload': upload, 'max-requests': requests } = entry;
  if (upload !== undefined) parts.push(`max-upload: ${numberOrText(upload)}`);
  if (requests !== undefined) parts.push(`max-requests: ${requests}`);
  return mapping(parts);
}

function numberOrText(value: number | string): string {
  return /^\d+$/.test(String(value)) ? String(value) : yamlScalar(String(value));
}

function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}

function mapping(parts: readonly string[]): string {
  return `{ ${parts.join(', ')} }`;
}
