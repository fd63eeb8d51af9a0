import { isUtf8 } from 'node:buffer';
import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { displayText } from '../core/display-text.js';
import { CagentError, messageOf } from '../core/errors.js';
import { compileJsonSchema, type JsonSchemaDocument } from '../core/json-schema.js';
import type { BaseFiles } from './base-files.js';
import { quote } from './found.js';
import { reasonOf } from './system-reason.js';

/** A file or directory that a setting names. */
export interface NamedPath {
  /** How messages name the setting. */
  readonly label: string;
  /** As written. */
  readonly text: string;
  /** `file`: relative to the workspace and confined to it. `flag`: relative to the current directory. */
  readonly from: 'file' | 'flag';
}

export interface Places {
  /** Real path of the workspace. */
  readonly workspace: string;
  readonly cwd: string;
  /** Takes the place of whatever lies in the workspace. */
  readonly base?: BaseFiles | undefined;
}

const LARGEST_PROMPT_BYTES = 1_048_576;
const LARGEST_SCHEMA_BYTES = 65_536;
const LONGEST_REASON = 200;

/** The text of a prompt file. Throws `config.unreadable` or `config.invalid`. */
export async function readPrompt(named: NamedPath, places: Places): Promise<string> {
  const text = await readNamed(named, places);
  if (text.trim() !== '' && !text.includes('\0')) return text;
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} holds no text, allowed: a file with a prompt`,
  );
}

/**
 * A JSON Schema that describes an answer. Throws `config.unreadable`, or `config.invalid` when it is too large, no
 * JSON object, or no schema that can be checked without fetching anything.
 */
export async function readOutputSchema(named: NamedPath, places: Places): Promise<JsonSchemaDocument> {
  const allowed = `allowed: a JSON Schema of at most ${LARGEST_SCHEMA_BYTES} bytes`;
  const refuse = (why: string): CagentError =>
    new CagentError('config.invalid', `${named.label}: ${quote(named.text)} ${why}, ${allowed}`);
  const text = await readNamed(named, places);
  // It is an argument of some agents, and the kernel takes no longer one.
  if (Buffer.byteLength(text) > LARGEST_SCHEMA_BYTES) throw refuse('is too large');
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw refuse('is no JSON object');
  const document = schema as JsonSchemaDocument;
  await compileJsonSchema(document).catch((thrown: unknown) => {
    throw refuse(`is no usable schema: ${displayText(messageOf(thrown)).slice(0, LONGEST_REASON)}`);
  });
  return document;
}

/** Absolute path of a PEM file with at least one certificate. Throws `config.unreadable` or `config.invalid`. */
export async function locateRoots(named: NamedPath, places: Places): Promise<string> {
  const path = await locate(named, places);
  if ((await readText(path, named)).includes('-----BEGIN CERTIFICATE-----')) return path;
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} holds no certificate, allowed: a PEM file with certificates`,
  );
}

/** Absolute path of a directory with a Dockerfile. Throws `config.unreadable` or `config.invalid`. */
export async function locateBuildContext(named: NamedPath, places: Places): Promise<string> {
  const path = await locate(named, places);
  const holdsDockerfile = await stat(join(path, 'Dockerfile')).then(
    (found) => found.isFile(),
    () => false,
  );
  if (holdsDockerfile) return path;
  const allowed = 'allowed: a directory with a Dockerfile';
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} holds no Dockerfile, ${allowed}`,
  );
}

/**
 * The ignore file relative to the workspace. It may be missing only under its default name: rules that were named
 * and are not there would hide nothing. Throws `config.unreadable` or `config.invalid`.
 */
export async function locateIgnoreFile(named: NamedPath, places: Places, fallback: string): Promise<string> {
  const path = resolve(places.workspace, named.text);
  const text = relative(places.workspace, path);
  const isThere = await (places.base === undefined
    ? lstat(path).then(
        () => true,
        () => false,
      )
    : places.base.bring(text).then((found) => found !== undefined));
  if (!isThere && text === fallback) return text;
  const real = await locate(named, places);
  if ((await stat(real)).isFile()) return text;
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} is not a file, allowed: a file with ignore rules`,
  );
}

async function locate(named: NamedPath, places: Places): Promise<string> {
  const { workspace, cwd } = places;
  const path = resolve(named.from === 'file' ? workspace : cwd, named.text);
  if (named.from === 'file' && !isInside(workspace, path)) throw outside(named);
  const inBase = await fromBase(path, places);
  if (inBase === 'missing') throw notInBase(named, places);
  if (inBase !== undefined) return inBase;
  try {
    const real = await realpath(path);
    // A link in the repository must not make cagent read a file of the host and hand it to the agent.
    if (named.from === 'file' && !isInside(workspace, real)) throw outside(named);
    return named.from === 'file' ? real : path;
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : unreadable(named, thrown);
  }
}

/**
 * The base commit's version of a path; `missing` when it has none, `undefined` when the path is not in the workspace or
 * the workspace is trusted. A link from elsewhere into the workspace does not make its files trusted.
 */
export async function fromBase(
  path: string,
  { workspace, base }: Places,
): Promise<string | 'missing' | undefined> {
  if (base === undefined) return undefined;
  const real = await realpath(path).catch(() => path);
  const place = [path, real].find((each) => isInside(workspace, each));
  return place === undefined ? undefined : ((await base.bring(relative(workspace, place))) ?? 'missing');
}

function notInBase(named: NamedPath, { base }: Places): CagentError {
  return new CagentError(
    'config.unreadable',
    `${named.label}: ${quote(named.text)} is not in the base commit ${base?.commit}`,
    { hint: 'For a workspace under review, files within it are read from its base commit.' },
  );
}

/** The text of a file that a setting names. Throws `config.unreadable`, or `config.invalid` when it is none. */
export async function readNamed(
  named: NamedPath,
  places: Places,
  largest: number = LARGEST_PROMPT_BYTES,
): Promise<string> {
  return readText(await locate(named, places), named, largest);
}

async function readText(
  path: string,
  named: NamedPath,
  largest: number = LARGEST_PROMPT_BYTES,
): Promise<string> {
  try {
    const { size } = await stat(path);
    const bytes = size > largest ? undefined : await readFile(path);
    if (bytes !== undefined && isUtf8(bytes)) return bytes.toString('utf8');
  } catch (thrown) {
    throw unreadable(named, thrown);
  }
  const allowed = `allowed: UTF-8 text of at most ${largest} bytes`;
  throw new CagentError(
    'config.invalid',
    `${named.label}: ${quote(named.text)} is too large or not text, ${allowed}`,
  );
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

function outside(named: NamedPath): CagentError {
  return new CagentError(
    'config.invalid',
    `${named.label}: found ${quote(named.text)}, which leads out of the workspace, allowed: a path inside the workspace`,
  );
}

function unreadable(named: NamedPath, thrown: unknown): CagentError {
  const message = `${named.label}: ${quote(named.text)} cannot be read: ${reasonOf(thrown)}`;
  // Who names a configuration elsewhere may expect its own directory.
  const hint = 'Paths in the configuration are relative to the workspace.';
  return new CagentError('config.unreadable', message, {
    ...(named.from === 'file' ? { hint } : {}),
    cause: thrown,
  });
}
