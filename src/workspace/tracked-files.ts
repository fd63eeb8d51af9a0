import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ViewSpec } from '../config/run-spec.js';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { copyExcludes } from './git-excludes.js';
import { type IndexEntry, parseIndex } from './git-index-file.js';
import { type CleanRepository, createCleanRepository } from './git-layout.js';
import { type GitSource, locateGitSource } from './git-source.js';
import { viewLayout } from './view-layout.js';

export interface TrackedInput {
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly git: ViewSpec['git'];
  /** The private directory in which the view is made. */
  readonly directory: string;
  readonly processes: Processes;
  readonly env: Environment;
}

/** What git knows of the workspace: its index, and what differs from it. Read once, for the scan and the snapshot. */
export interface TrackedFiles {
  readonly source: GitSource;
  /** The clean repository in the making, empty so far. */
  readonly repository: CleanRepository;
  /** Bytes of the source's index; `undefined` when there is none. */
  readonly index: Buffer | undefined;
  /** Its entries in order; `undefined` when its form is not understood. */
  readonly entries: readonly IndexEntry[] | undefined;
  /** Tracked and changed, deleted, or of unknown state. */
  readonly changed: ReadonlySet<ByteText>;
  readonly untracked: readonly ByteText[];
  /** Untracked repositories within, without the trailing slash. */
  readonly nested: readonly ByteText[];
  readonly skipped: ReadonlySet<ByteText>;
}

/** How often the index may be replaced while we read. */
const MOST_READINGS = 3;

/**
 * Compares the index with the files; `undefined` where the workspace is not a repository or none is wanted. Runs beside
 * the planning, which is why it is a step of its own: git looks at every file anyway. The source is read, never
 * written. Throws `workspace.git`.
 */
export async function readTracked(input: TrackedInput): Promise<TrackedFiles | undefined> {
  const root = pathToByteText(input.root);
  const source = input.git === 'none' ? undefined : locateGitSource(root);
  if (source === undefined || 'reason' in source) return undefined;
  const layout = viewLayout(input.directory, 'overlay');
  const repository = createCleanRepository({
    gitDirectory: `${layout.top}/.git`,
    scratch: layout.build,
    root,
    source,
    processes: input.processes,
    env: input.env,
  });
  copyExcludes(repository, source);
  const file = byteTextToFile(`${source.gitDirectory}/index`);
  // Byte for byte: two files that git takes for the same after a conversion may differ in what the scan looks for.
  const attributes = `${repository.gitDirectory}/info/attributes`;
  writeFileSync(attributes, '* -text !eol !filter -ident -working-tree-encoding\n');
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const before = identity(file);
    const index = before === undefined ? undefined : readFileSync(file);
    const listing = listDifferences(repository, index !== undefined);
    // Parsed while git compares.
    const entries = index === undefined ? [] : parseIndex(index, source.objectFormat);
    const listed = await listing;
    const differences = entries === undefined ? await listDifferences(repository, true, ['-c']) : listed;
    // Entries of one index and differences from another would pass off a changed file as known.
    if (before !== identity(file)) continue;
    rmSync(attributes);
    return { source, repository, index, entries, ...parseListing(differences) };
  }
  throw new CagentError('workspace.git', 'The index of the repository keeps changing while it is read.', {
    hint: 'End the git commands that run in the workspace, and run again.',
  });
}

function identity(file: string | Buffer): string | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false, bigint: true });
  return stat && `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

/** With `-c` every tracked path counts as changed: for an index whose form we do not read ourselves. */
async function listDifferences(
  repository: CleanRepository,
  hasIndex: boolean,
  more: readonly string[] = [],
): Promise<Buffer> {
  const index = hasIndex ? `${repository.sourceLink}/index` : `${repository.scratch}/no-index`;
  return repository.building(['ls-files', '-z', '-t', '-m', '-d', '-o', ...more, '--exclude-standard'], {
    env: { GIT_INDEX_FILE: index },
  });
}

function parseListing(output: Buffer): Pick<TrackedFiles, 'changed' | 'untracked' | 'nested' | 'skipped'> {
  const changed = new Set<ByteText>();
  const skipped = new Set<ByteText>();
  const untracked: ByteText[] = [];
  const nested: ByteText[] = [];
  for (const line of output.toString('latin1').split('\0')) {
    if (line === '') continue;
    const tag = line[0];
    const path = line.slice(2);
    if (tag === '?')
      (path.endsWith('/') ? nested : untracked).push(path.endsWith('/') ? path.slice(0, -1) : path);
    else if (tag === 'S') skipped.add(path.endsWith('/') ? path.slice(0, -1) : path);
    else changed.add(path);
  }
  return { changed, untracked, nested, skipped };
}

/** An entry whose stat data can be believed and whose object is what is checked out. */
export function isPlain(entry: IndexEntry): boolean {
  return entry.stage === 0 && !entry.assumeValid && !entry.intentToAdd;
}
