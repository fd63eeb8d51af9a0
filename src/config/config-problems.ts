import type { z } from 'zod';
import { displayPath } from '../core/path-text.js';
import { configJsonSchema, type JsonSchema } from './config-schema.js';
import { alternatives, describeFound, likelyMeant, nearest } from './found.js';
import { OPTION_NAMES, optionSpec } from './options.js';
import type { KeyPath, YamlDocument } from './yaml-document.js';

type Issue = z.core.$ZodIssue;

/** More than a person reads in one line. */
const MOST_PROBLEMS = 20;

interface Problem {
  readonly offset: number;
  readonly text: string;
}

/** One line for each thing that is wrong, in the order of the file: place, key, what was found, what is allowed, what was perhaps meant. */
export function configProblems(issues: readonly Issue[], document: YamlDocument): readonly string[] {
  const problems = issues.slice(0, MOST_PROBLEMS).flatMap((issue) => issueProblems(issue, document));
  const texts = problems.toSorted((one, other) => one.offset - other.offset).map(({ text }) => text);
  const more = countProblems(issues) - MOST_PROBLEMS;
  return more > 0 ? [...texts.slice(0, MOST_PROBLEMS), `and ${more} more`] : texts;
}

/** Finding the place of a key takes time that grows with the file, so the rest is only counted. */
function countProblems(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

/** `network.allow[2].ports[0]`. */
export function dotted(path: KeyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function issueProblems(issue: Issue, document: YamlDocument): readonly Problem[] {
  const path = issue.path as KeyPath;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, MOST_PROBLEMS).map((key) => unknownKey([...path, key], document));
  if (issue.code === 'invalid_union') {
    const inner = fittingBranch(issue.errors);
    if (inner !== undefined) return inner.flatMap((each) => issueProblems(below(each, path), document));
  }
  const found = valueAt(document.value, path);
  const where = path.length === 0 ? 'the file' : dotted(path);
  return [problem(path, document, `${where}: ${foundAndAllowed(found, issue.message, choicesAt(path))}`)];
}

/** `found "x", allowed: a or b, nearest: a`. */
export function foundAndAllowed(
  found: unknown,
  allowed: string,
  choices: readonly string[] | undefined,
): string {
  const meant = typeof found === 'string' && choices !== undefined ? likelyMeant(found, choices) : undefined;
  return `found ${describeFound(found)}, allowed: ${allowed}${meant === undefined ? '' : `, nearest: ${meant}`}`;
}

function unknownKey(path: KeyPath, document: YamlDocument): Problem {
  const parent = path.slice(0, -1);
  const siblings = keysBelow(parent);
  const meant = nearestKey(String(path.at(-1)), parent, siblings);
  const text = `${displayPath(dotted(path))}: unknown key, allowed: ${alternatives(siblings)}, nearest: ${meant}`;
  return problem(path, document, text);
}

function problem(path: KeyPath, document: YamlDocument, text: string): Problem {
  return { offset: document.offset(path), text: `${document.place(path)}: ${text}` };
}

/** A key in the right section beats one that is nearer elsewhere; `memory` at the top is still `limits.memory`. */
function nearestKey(key: string, parent: KeyPath, siblings: readonly string[]): string {
  const elsewhere = new Map(configKeys().map((full) => [full.slice(full.lastIndexOf('.') + 1), full]));
  const meant = likelyMeant(key, siblings) ?? likelyMeant(key, [...elsewhere.keys()], 3);
  const last = (meant ?? nearest(key, siblings)) as string;
  return siblings.includes(last) ? dotted([...parent, last]) : (elsewhere.get(last) as string);
}

function configKeys(): readonly string[] {
  return OPTION_NAMES.flatMap((name) => optionSpec(name).key ?? []);
}

/** The branch of a union that was meant: the one that has the right type and fails only further in. */
function fittingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) =>
    issues.every((each) => each.path.length > 0 || each.code === 'unrecognized_keys'),
  );
}

function below(issue: Issue, path: KeyPath): Issue {
  return { ...issue, path: [...path, ...issue.path] };
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    return (at as Readonly<Record<string | number, unknown>>)[step];
  }, value);
}

function choicesAt(path: KeyPath): readonly string[] | undefined {
  const name = OPTION_NAMES.find((each) => optionSpec(each).key === dotted(path));
  if (name === undefined) return undefined;
  const { type } = optionSpec(name);
  return type.kind === 'list' ? undefined : type.choices;
}

function keysBelow(path: KeyPath): readonly string[] {
  let schemas: readonly JsonSchema[] = [configJsonSchema()];
  for (const step of path) {
    schemas = schemas.flatMap((schema) => {
      const next = typeof step === 'number' ? schema.items : schema.properties?.[step];
      return next === undefined ? [] : [next, ...(next.anyOf ?? [])];
    });
  }
  return schemas.flatMap((schema) => Object.keys(schema.properties ?? {}));
}
