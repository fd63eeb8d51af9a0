import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Changes } from '../changes/changes.js';
import { CagentError, messageOf } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { createMask, type Mask, type SecretValue } from '../core/secret-values.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import { writeAtomically } from './atomic-write.js';
import { renderHtml } from './html-report.js';
import { maskJson } from './mask-json.js';
import { maskTree } from './mask-tree.js';
import { renderMetrics } from './metrics.js';
import { createRedactor, redactFile } from './redact.js';
import type { Report } from './report.js';
import { MARKER } from './run-directory-claim.js';
import { renderSummary } from './summary-markdown.js';

export interface RunResults {
  readonly report: Report;
  /** `undefined` when planning failed. */
  readonly plan: SandboxPlan | undefined;
  readonly changes: Changes | undefined;
  /** Absolute path of the captured patch, in any place; `undefined` when there is none. */
  readonly patch: string | undefined;
  /** What the agent was asked; absent when it took no prompt. */
  readonly prompt?: string | undefined;
}

/** Exit code of cagent's own failures, as in docker. */
const OWN_FAILURE = 125;
/** How much of the patch the page can show at most. */
const EXCERPT_BYTES = 2 ** 20;
/** Git's hash of a tree without entries: what a run without changes touched. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/**
 * Writes patch, scratch, report and everything that is rendered from them. `failures` holds what failed before, by
 * file name. Each file is tried, also when another one fails; then the report says so: a run whose results are not
 * whole is an error of cagent, whatever the agent did.
 * @returns the report, as it was written where it could be
 */
export async function writeResults(
  directory: string,
  results: RunResults,
  secrets: readonly SecretValue[],
  failures: Map<string, unknown>,
): Promise<Report> {
  const attempt = (name: string, write: () => Promise<void>): Promise<void> =>
    write().catch((error: unknown) => void failures.set(name, error));
  const mask = createMask(secrets);

  const patch = { bytes: 0, masked: false, sha256: undefined };
  await attempt('changes.patch', async () => {
    Object.assign(patch, await writePatch(join(directory, 'changes.patch'), results.patch, secrets));
  });
  const notices: string[] = [];
  await attempt('scratch', async () => {
    const masked = await maskTree(join(directory, 'scratch'), secrets);
    notices.push(
      ...masked.map((name) => `A secret value in scratch/${displayPath(name)} was replaced by ***.`),
    );
  });

  const whole = withPatch(results.report, patch, notices);
  const write = async (): Promise<Report> => {
    const report = maskJson(failures.size > 0 ? withFailures(whole, directory, failures) : whole, mask);
    for (const [name, text] of Object.entries(texts(directory, results, report, patch.bytes, mask))) {
      await attempt(name, async () => writeAtomically(join(directory, name), await text()));
    }
    return report;
  };
  const known = failures.size;
  const first = await write();
  // What failed only now is in no report yet.
  const report = failures.size > known ? await write() : first;
  await rm(join(directory, MARKER), { force: true }).catch(() => {});
  return report;
}

/** An error that came before stays the error. */
function withFailures(report: Report, directory: string, failures: ReadonlyMap<string, unknown>): Report {
  const { code, message, hint } = writeError(directory, failures);
  if (report.error !== undefined) return { ...report, notices: [...report.notices, `${message}.`] };
  const error = { code, message, ...(hint === undefined ? {} : { hint }) };
  return { ...report, conclusion: 'error', exitCode: OWN_FAILURE, error };
}

interface WrittenPatch {
  readonly bytes: number;
  readonly masked: boolean;
  /** `undefined` when it could not be written. */
  readonly sha256: string | undefined;
}

async function writePatch(
  path: string,
  patch: string | undefined,
  secrets: readonly SecretValue[],
): Promise<WrittenPatch> {
  const redactor = createRedactor(secrets);
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    if (patch === undefined) return;
    for await (const chunk of redactFile(patch, redactor)) {
      bytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  await writeAtomically(path, counted());
  return { bytes, masked: redactor.replaced > 0, sha256: hash.digest('hex') };
}

function withPatch(report: Report, patch: WrittenPatch, notices: readonly string[]): Report {
  const changes = {
    ...report.changes,
    patchBytes: patch.bytes,
    ...(patch.sha256 === undefined ? {} : { patchSha256: patch.sha256 }),
  };
  if (!patch.masked) return { ...report, changes, notices: [...report.notices, ...notices] };
  const notice =
    'A secret value in changes.patch was replaced by ***; the patch is not what the agent wrote.';
  return {
    ...report,
    changes: { ...changes, patchMasked: true },
    notices: [...report.notices, notice, ...notices],
  };
}

/** The other files by name, most important first. */
function texts(
  directory: string,
  results: RunResults,
  report: Report,
  patchBytes: number,
  mask: Mask,
): Readonly<Record<string, () => string | Promise<string>>> {
  const changes =
    results.changes === undefined ? undefined : maskJson({ ...results.changes, patchBytes }, mask);
  return {
    'report.json': () => json(report),
    'changes.json': () => json(changes ?? noChanges(report)),
    'plan.json': () => json(results.plan === undefined ? noPlan(report) : maskJson(results.plan, mask)),
    ...(results.prompt === undefined ? {} : { 'prompt.md': () => mask(results.prompt ?? '') }),
    'summary.md': () => renderSummary(report, changes),
    'metrics.prom': () => renderMetrics(report),
    'report.html': async () =>
      renderHtml(report, changes, await beginningOf(join(directory, 'changes.patch'))),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function noChanges({ workspace }: Report): Changes {
  return {
    schema: 'cagent.changes/1',
    source: workspace.mode === 'overlay' ? 'overlay' : 'scratch',
    files: [],
    added: 0,
    deleted: 0,
    patchBytes: 0,
    baseTree: EMPTY_TREE,
    newTree: EMPTY_TREE,
    baseCommit: undefined,
    rejected: [],
    sensitive: [],
  };
}

/** `plan.json` of a run that failed before there was a plan: the schema's second form. */
function noPlan({ runId, error }: Report): object {
  const reason = error ?? { code: 'run.cancelled', message: 'The run ended before there was a plan.' };
  return { schema: 'cagent.plan/1', runId, error: reason };
}

async function beginningOf(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { end: EXCERPT_BYTES - 1 }))
      chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function writeError(directory: string, failures: ReadonlyMap<string, unknown>): CagentError {
  const names = [...failures.keys()].join(', ');
  const [first] = failures.values();
  const full = [...failures.values()].some(
    (error) => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT',
  );
  return new CagentError(
    'report.write',
    `${names} in ${directory}: ${full ? 'no space left' : messageOf(first)}`,
    {
      hint: full
        ? 'Free space on that file system, or choose a directory on another one with --out.'
        : 'Check the directory and its file system, or choose another one with --out.',
      cause: first,
    },
  );
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
