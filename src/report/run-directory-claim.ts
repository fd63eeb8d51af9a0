import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf } from '../config/system-reason.js';
import { CagentError } from '../core/errors.js';
import { makeDirectories } from '../core/make-directories.js';
import { isOwnerAlive, ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';

/** What a run directory holds when the run is over. */
export const RUN_FILES = [
  'report.json',
  'egress.jsonl',
  'changes.patch',
  'changes.json',
  'plan.json',
  'summary.md',
  'report.html',
  'agent.log',
  'metrics.prom',
  'scratch',
] as const;

/** Only there when the agent took a prompt. */
const PROMPT_FILE = 'prompt.md';

/** There only while a run is going on: says that the directory is cagent's before there is a report. */
export const MARKER = '.cagent-run';

/**
 * Makes `path` an empty run directory (mode 0700) with an empty `scratch/`; files in it that are none of ours stay.
 * Throws `config.out` when that would destroy something or cannot be done.
 */
export async function claimRunDirectory(path: string, runId: RunId): Promise<void> {
  try {
    makeDirectories(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(ignoreExisting);
    await refusePlanted(path);
    const present = new Set(await readdir(path));
    const written = [...RUN_FILES, PROMPT_FILE];
    const ours = [...written, ...written.map((name) => `${name}.partial`), MARKER].filter((name) =>
      present.has(name),
    );
    if (ours.length > 0) await refuseForeign(path, ours);
    for (const name of ours) await rm(join(path, name), { recursive: true, force: true });
    await writeFile(join(path, MARKER), `${JSON.stringify({ runId, owner: ownerOf(process.pid) })}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    await mkdir(join(path, 'scratch'), { mode: 0o700 });
  } catch (error) {
    if (error instanceof CagentError) throw error;
    throw new CagentError('config.out', `The run directory ${path} cannot be written: ${reasonOf(error)}`, {
      hint: 'Choose a directory that you may write to with --out.',
      cause: error,
    });
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/**
 * A directory that another user made beforehand in `/tmp` or the like: its owner could replace what is written to it,
 * and lead it elsewhere by links.
 */
async function refusePlanted(path: string): Promise<void> {
  const uid = process.getuid?.();
  const [{ uid: owner }, { mode }] = await Promise.all([stat(path), stat(dirname(path))]);
  const shared = (mode & 0o1002) === 0o1002;
  if (!shared || uid === undefined || owner === uid || owner === 0) return;
  throw new CagentError('config.out', `The directory ${path} belongs to another user (uid ${owner})`, {
    hint: 'Choose a new directory with --out: its owner could replace the results.',
  });
}

async function refuseForeign(path: string, ours: readonly string[]): Promise<void> {
  const marker = await readJson(join(path, MARKER));
  if (typeof marker?.owner === 'string' && isOwnerAlive(marker.owner)) {
    throw new CagentError('config.out', `The run directory ${path} is in use by the run ${marker.runId}`, {
      hint: 'Wait for that run, or choose another directory with --out.',
    });
  }
  const report = marker ?? (await readJson(join(path, 'report.json')));
  if (marker !== undefined || String(report?.schema).startsWith('cagent.report/')) return;
  throw new CagentError(
    'config.out',
    `The directory ${path} holds ${ours.join(', ')}, but no report of cagent`,
    {
      hint: 'Nothing was changed. Choose an empty or a new directory with --out.',
    },
  );
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
