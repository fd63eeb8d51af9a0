import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Environment } from '../core/environment.js';
import { decodePath, encodePath } from '../core/path-text.js';
import type { Processes } from '../core/process.js';
import { blobId } from '../workspace/base-commit.js';
import type { Content, TouchedPath } from './touched-path.js';
import { originalRepository, splitNul, tryGit } from './trusted-git.js';

interface Ports {
  readonly processes: Processes;
  readonly env: Environment;
}

/** What is larger keeps its bytes, as files of no known rule do: the contents are judged in memory. */
const LARGEST_BYTES = 64 * 2 ** 20;

/** `text`: git always keeps such a file with LF. `auto`: where it looks like text and is not committed with CRLF. */
type LineEnds = 'text' | 'auto';

/**
 * Marks the contents of which git keeps another form than the working tree has: CRLF where the attributes of the
 * original say that a checkout converts line ends (`*.bat eol=crlf`). A patch of the bytes as they are would not apply
 * to a clean checkout of the very same commit. Attributes of the agent have no say.
 */
export async function markLineEnds(
  touched: readonly TouchedPath[],
  root: string,
  baseCommit: string | undefined,
  ports: Ports,
): Promise<readonly TouchedPath[]> {
  if (baseCommit === undefined || touched.length === 0) return touched;
  const rules = await readRules(touched, root, ports);
  const found = touched.flatMap((entry) => {
    const rule = isLarge(entry.before) || isLarge(entry.after) ? undefined : rules.get(entry.path);
    const sides = rule === undefined ? [] : [regularFile(entry.before), regularFile(entry.after)];
    const converted = rule !== undefined && isConverted(sides, rule);
    return converted ? [{ entry, raw: sides[0] && blobId(sides[0], baseCommit) }] : [];
  });
  const committed = await committedIds(
    found.map(({ entry }) => entry.path),
    root,
    baseCommit,
    ports,
  );
  // What is committed with CRLF in spite of its attributes stays as it is.
  const marked = new Set(
    found.filter(({ raw }, at) => raw === undefined || raw !== committed[at]).map(({ entry }) => entry),
  );
  return touched.map((entry) => (marked.has(entry) ? withUnixLines(entry) : entry));
}

/** The content of a regular file as git keeps it when it converts line ends. */
export function unixLines(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** What the attributes of the original say about the paths; nothing where git cannot tell. */
async function readRules(
  touched: readonly TouchedPath[],
  root: string,
  ports: Ports,
): Promise<ReadonlyMap<string, LineEnds>> {
  const paths = touched.map(({ path }) => Buffer.concat([encodePath(path), Buffer.from([0])]));
  const { exitCode, stdout } = await tryGit(
    { ...originalRepository(root, ports), cwd: root },
    [`--work-tree=${root}`, 'check-attr', '-z', '--stdin', 'text', 'eol'],
    { stdin: Buffer.concat(paths) },
  );
  const rules = new Map<string, LineEnds>();
  const fields = exitCode === 0 ? splitNul(stdout) : [];
  // Six fields for each path: PATH text VALUE PATH eol VALUE.
  for (let at = 0; at + 5 < fields.length; at += 6) {
    const [path, text, eol] = [fields[at], fields[at + 2], fields[at + 5]] as [Buffer, Buffer, Buffer];
    const hasEnd = ['crlf', 'lf'].includes(eol.toString('latin1'));
    const value = text.toString('latin1');
    if (value === 'auto') rules.set(decodePath(path), 'auto');
    else if (value === 'set' || (value === 'unspecified' && hasEnd)) rules.set(decodePath(path), 'text');
  }
  return rules;
}

/** The names of the contents that a commit has at these paths, in their order. */
async function committedIds(
  paths: readonly string[],
  root: string,
  commit: string,
  ports: Ports,
): Promise<readonly (string | undefined)[]> {
  // One line is one question, so a path with a line feed cannot be asked for; it counts as not committed.
  const asked = paths.filter((path) => !path.includes('\n'));
  if (asked.length === 0) return paths.map(() => undefined);
  const lines = asked.map((path) =>
    Buffer.concat([Buffer.from(`${commit}:`), encodePath(path), Buffer.from('\n')]),
  );
  const { stdout } = await tryGit(
    originalRepository(root, ports),
    ['cat-file', '--batch-check=%(objectname)', '--buffer'],
    { stdin: Buffer.concat(lines) },
  );
  const answers = stdout.toString('latin1').split('\n');
  const ids = new Map(asked.map((path, at) => [path, answers[at]]));
  return paths.map((path) => ids.get(path));
}

function isLarge(content: Content | undefined): boolean {
  return content !== undefined && content.size > LARGEST_BYTES;
}

function isConverted(sides: readonly (Buffer | undefined)[], rule: LineEnds): boolean {
  const files = sides.filter((bytes) => bytes !== undefined);
  return files.some((bytes) => bytes.includes('\r\n')) && (rule === 'text' || files.every(looksLikeText));
}

/** Neither follows a link nor waits for a FIFO; `undefined` when there is no regular file. */
function regularFile(content: Content | undefined): Buffer | undefined {
  if (content === undefined || content.mode === '120000') return undefined;
  const descriptor = openSync(content.file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** As git judges it, less the share of control characters: no NUL, and no CR but before LF. */
function looksLikeText(bytes: Buffer): boolean {
  return !bytes.includes(0) && !/\r(?!\n)/.test(bytes.toString('latin1'));
}

function withUnixLines({ path, before, after }: TouchedPath): TouchedPath {
  const mark = (content: Content): Content =>
    content.mode === '120000' ? content : { ...content, unixLines: true };
  return {
    path,
    ...(before && { before: mark(before) }),
    ...(after && { after: mark(after) }),
  };
}
