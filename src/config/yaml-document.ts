import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { CagentError, messageOf } from '../core/errors.js';

export type KeyPath = readonly (string | number)[];

/** One YAML document: its value, and where in the text each part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** `NAME:LINE:COLUMN` of the key (or list item) that a path leads to; of the nearest thing above it if absent. */
  readonly place: (path: KeyPath) => string;
  /** The same as a number, for putting things in the order of the text. */
  readonly offset: (path: KeyPath) => number;
}

/** Beyond this a "configuration" is an attack on the parser or a mistake. */
export const LARGEST_YAML_BYTES = 262_144;
/** Aliases are welcome, exponential ones are not. */
const MAX_ALIASES = 100;
const MAX_SYNTAX_PROBLEMS = 5;

/**
 * Parses text that holds exactly one YAML 1.2 document. `name` is what messages call the file.
 * Throws `config.syntax`, naming every problem with its line and column, and `config.invalid` for an empty file.
 */
export function parseYaml(text: string, name: string): YamlDocument {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const [document, second] = parseDocuments(text, name, lines);
  const faults = [document, second].flatMap((each) =>
    each === undefined ? [] : [...each.errors, ...each.warnings],
  );
  if (faults.length > 0) throw syntaxError(faults, text, place);
  if (second !== undefined) {
    throw new CagentError(
      'config.syntax',
      `${place(second.range[0])}: a second document, allowed: one document`,
    );
  }
  if (document === undefined || document.contents === null || isEmptyScalar(document.contents)) {
    throw new CagentError(
      'config.invalid',
      `${name}:1:1: the file is empty, allowed: a mapping with version: 1`,
    );
  }
  const offset = (path: KeyPath): number => offsetOf(document, path);
  return { value: toValue(document, name, place), place: (path) => place(offset(path)), offset };
}

function parseDocuments(text: string, name: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'silent',
      stringKeys: true,
    });
    return Array.isArray(parsed) ? parsed : [];
  } catch (thrown) {
    // Absurd nesting ends in a stack overflow inside the parser.
    throw new CagentError('config.syntax', `${name}: cannot be parsed: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function syntaxError(
  faults: readonly YAMLError[],
  text: string,
  place: (offset: number) => string,
): CagentError {
  const problems = faults.map((fault) => {
    const key = fault.code === 'DUPLICATE_KEY' ? keyAt(text, fault.pos[0]) : undefined;
    return `${place(fault.pos[0])}: ${key === undefined ? fault.message : `${key}: duplicate key, allowed: once`}`;
  });
  return new CagentError('config.syntax', [...new Set(problems)].slice(0, MAX_SYNTAX_PROBLEMS).join('; '));
}

function keyAt(text: string, offset: number): string {
  return /^[^:\r\n]{0,60}/.exec(text.slice(offset))?.[0] ?? '';
}

function toValue(document: Document.Parsed, name: string, place: (offset: number) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (thrown) {
    const lost = thrown instanceof ReferenceError ? lostAlias(document, thrown.message) : undefined;
    const text =
      lost === undefined
        ? `${name}: ${messageOf(thrown)}`
        : `${place(startOf(lost) ?? 0)}: *${lost.source} refers to an anchor that does not stand above it, allowed: "*${lost.source}" in quotes for the text itself`;
    throw new CagentError('config.syntax', text, { cause: thrown });
  }
}

/** The alias that a message names; most often it was to be a pattern, which YAML takes for text only in quotes. */
function lostAlias(document: Document.Parsed, message: string): Alias | undefined {
  let lost: Alias | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (!message.endsWith(`: ${alias.source}`)) return undefined;
      lost = alias;
      return visit.BREAK;
    },
  });
  return lost;
}

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

/** Offset of what a path leads to: of the key in a mapping, of the item in a list. */
function offsetOf(document: Document.Parsed, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
