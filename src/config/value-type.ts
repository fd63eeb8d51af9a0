import { z } from 'zod';
import { parseDuration } from '../core/duration.js';
import { formatSize, parseSize } from '../core/memory-size.js';
import { alternatives } from './found.js';

/** What one setting may hold: its form in cagent.yml, its form as text in a flag or input, and both in words. */
export type ValueType<T> = ScalarType<T> | ListType<T>;

export interface ScalarType<T> {
  readonly kind: 'scalar' | 'switch';
  /** What is allowed, to follow `allowed:` in a message. */
  readonly allowed: string;
  /** Takes the value as YAML gives it; puts out the value in the units of RunSpec. */
  readonly schema: z.ZodType<T>;
  /** For the nearest one in messages. */
  readonly choices?: readonly string[];
  /** The text of a flag or input as `schema` takes it. */
  readonly fromText: (text: string) => unknown;
}

export interface ListType<T> {
  readonly kind: 'list';
  readonly allowed: string;
  readonly schema: z.ZodType<T>;
  /** Checks one item that came as text. */
  readonly item: z.ZodType;
  /** The items that the text of one flag stands for; `undefined` when it cannot be taken apart. */
  readonly fromText: (text: string) => readonly string[] | undefined;
  /** Whether an action input holds one item a line; otherwise its text is taken apart as a whole. */
  readonly perLine: boolean;
}

const sameText = (text: string): string => text;

/** Text that matches a pattern. The pattern must refuse what would become an option of docker or forge a line. */
export function text(allowed: string, pattern: RegExp): ScalarType<string> {
  return { kind: 'scalar', allowed, schema: textSchema(allowed, pattern), fromText: sameText };
}

/** A zod string whose every complaint is `allowed`. */
export function textSchema(allowed: string, pattern: RegExp): z.ZodType<string> {
  return z.string({ error: allowed }).regex(pattern, { error: allowed });
}

/** The path of a file or directory, not looked at yet. */
export function path(): ScalarType<string> {
  return text('a path', /^[^\0]+$/);
}

export function choice<const T extends string>(...names: readonly T[]): ScalarType<T> {
  const allowed = alternatives(names);
  return {
    kind: 'scalar',
    allowed,
    schema: z.enum(names, { error: allowed }),
    choices: names,
    fromText: sameText,
  };
}

/** `true` or `false`; on the command line it has no value. */
export function onOff(): ScalarType<boolean> {
  const allowed = 'true or false';
  const values: Readonly<Record<string, boolean>> = { true: true, false: false };
  return {
    kind: 'switch',
    allowed,
    schema: z.boolean({ error: allowed }),
    fromText: (text) => (Object.hasOwn(values, text.toLowerCase()) ? values[text.toLowerCase()] : text),
  };
}

export function integer(lowest: number, highest: number): ScalarType<number> {
  const allowed = `a whole number from ${lowest} to ${highest}`;
  const schema = z.int({ error: allowed }).min(lowest, { error: allowed }).max(highest, { error: allowed });
  return { kind: 'scalar', allowed, schema, fromText: numberFromText };
}

export function fraction(lowest: number, highest: number): ScalarType<number> {
  const allowed = `a number from ${lowest} to ${highest}`;
  const schema = z
    .number({ error: allowed })
    .min(lowest, { error: allowed })
    .max(highest, { error: allowed });
  return { kind: 'scalar', allowed, schema, fromText: numberFromText };
}

/** Bytes. In YAML a bare number is bytes too. */
export function size(lowest: number, highest: number): ScalarType<number> {
  const allowed = `a size such as 512m or 4g, from ${formatSize(lowest)} to ${formatSize(highest)}`;
  const pattern = /^\d+(\.\d+)?\s*[kmgtKMGT]?([iI]?[bB])?$/;
  return measured(allowed, pattern, parseSize, lowest, highest);
}

/** Milliseconds. A bare number is seconds. */
export function duration(lowest: number, highest: number, range: string): ScalarType<number> {
  const pattern = /^\d+(\.\d+)?$|^(\d+(\.\d+)?(ms|s|m|h|d))+$/;
  return measured(`a duration such as 90s, 30m or 1h30m, ${range}`, pattern, parseDuration, lowest, highest);
}

/** Any number of texts. */
export function list<T extends string>(what: string, item: z.ZodType<T>): ListType<readonly T[]> {
  return listOf(what, item, item);
}

/** A list whose items may have more forms in the file than as text. */
export function listOf<T>(what: string, fileItem: z.ZodType<T>, textItem: z.ZodType): ListType<readonly T[]> {
  const allowed = `a list of ${what}`;
  const schema = z.array(fileItem, { error: allowed });
  return { kind: 'list', allowed, schema, item: textItem, fromText: (line) => [line], perLine: true };
}

function measured(
  allowed: string,
  pattern: RegExp,
  parse: (text: string) => number | undefined,
  lowest: number,
  highest: number,
): ScalarType<number> {
  const written = z.union(
    [textSchema(allowed, pattern), z.number({ error: allowed }).min(0, { error: allowed })],
    {
      error: allowed,
    },
  );
  const schema = written.transform((value, context) => {
    const amount = parse(String(value));
    if (amount !== undefined && amount >= lowest && amount <= highest) return amount;
    context.addIssue({ code: 'custom', message: allowed, input: value });
    return z.NEVER;
  });
  return { kind: 'scalar', allowed, schema, fromText: sameText };
}

function numberFromText(text: string): unknown {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}
