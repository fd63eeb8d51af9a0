import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { takeBarePatch } from '../../changes/bare-patch.js';
import { readStoredChanges, type StoredPatch } from '../../changes/read-run.js';
import { AGENT_NAME } from '../../config/agent-definition.js';
import { CagentError, messageOf } from '../../core/errors.js';
import { isRunId } from '../../core/run-id.js';

/** A run whose parts fit together. That it is the run of the agent's job is for the caller to know. */
export interface VerifiedRun {
  /** Of the run; for a patch without one, made of its content. */
  readonly runId: string;
  readonly conclusion: string;
  /** Name of an agent that cagent knows or that the user has defined: see `AGENT_NAME`. `undefined`: a bare patch. */
  readonly agent: string | undefined;
  /** The agent's last words. Untrusted. */
  readonly finalMessage: string;
  /** Names and addresses that it reached, each once. Untrusted. */
  readonly reached: readonly string[];
  readonly stored: StoredPatch;
}

/**
 * A patch that came without a run directory. What it changes is still to be found out.
 * @param copy path that nobody else writes to
 * @throws CagentError `apply.run` when it is not the patch that was expected; `changes.apply` when it is none
 */
export async function readBarePatch(
  file: string,
  baseCommit: string,
  copy: string,
  expected: string | undefined,
): Promise<VerifiedRun> {
  const stored = await takeBarePatch(file, baseCommit, copy);
  const sha256 = await hashOf(stored.patch);
  if (expected !== undefined && expected !== sha256)
    throw tampered(`the patch has SHA-256 ${sha256}, the job of the agent said ${expected}`);
  const runId = `patch-${sha256.slice(0, 16)}`;
  return { runId, conclusion: 'success', agent: undefined, finalMessage: '', reached: [], stored };
}

const LARGEST_REPORT = 64 * 2 ** 20;
const count = z.number().int().nonnegative();

/** The parts of `report.json` that are read here. */
const schema = z.object({
  schema: z.literal('cagent.report/1'),
  runId: z.string().refine(isRunId, 'not a run id'),
  conclusion: z.enum(['success', 'failure', 'timeout', 'cancelled', 'limit', 'error']),
  agent: z.object({ name: z.string().regex(AGENT_NAME), finalMessage: z.string().optional() }),
  changes: z.object({
    files: count,
    added: count,
    deleted: count,
    patchBytes: count,
    patchSha256: z.string().regex(/^[0-9a-f]{64}$/),
    patchMasked: z.boolean().optional(),
  }),
  egress: z.object({ hosts: z.array(z.object({ host: z.string(), verdict: z.string() })) }).optional(),
});

/**
 * Reads a run directory that came from elsewhere and checks that report, list of changes and patch are of one piece.
 * @param expected SHA-256 of the patch as the job of the agent told it, or `undefined`
 * @throws CagentError `apply.run` when something was changed, is missing or is not what it should be
 */
export async function readVerifiedRun(directory: string, expected: string | undefined): Promise<VerifiedRun> {
  const { data: report, error } = schema.safeParse(await readReport(join(directory, 'report.json')));
  if (error !== undefined) {
    const issue = error.issues[0];
    throw tampered(`report.json: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const stored = await readStoredChanges(directory).catch((thrown: unknown) => {
    throw tampered(messageOf(thrown));
  });
  const { changes } = report;
  const sha256 = await hashOf(stored.patch);
  const pairs = [
    ['the patch has', sha256, 'SHA-256', changes.patchSha256],
    ['the patch has', stored.patchBytes, 'bytes', changes.patchBytes],
    ['changes.json has', stored.changes.files.length, 'files', changes.files],
    ['changes.json has', stored.changes.added, 'added lines', changes.added],
    ['changes.json has', stored.changes.deleted, 'deleted lines', changes.deleted],
  ] as const;
  for (const [where, found, what, told] of pairs) {
    if (found !== told) throw tampered(`${where} ${what} ${found}, report.json says ${told}`);
  }
  if (expected !== undefined && expected !== sha256)
    throw tampered(`the patch has SHA-256 ${sha256}, the job of the agent said ${expected}`);
  if (changes.patchMasked === true) {
    throw new CagentError(
      'apply.run',
      'a secret value in the patch was masked, so it is not what the agent wrote',
      {
        hint: 'Look at what the agent did with the secret before anything of it is used.',
      },
    );
  }
  const { runId, conclusion, agent, egress } = report;
  const rows = egress?.hosts.filter(({ verdict }) => verdict !== 'blocked') ?? [];
  const reached = [...new Set(rows.map(({ host }) => host))];
  return { runId, conclusion, agent: agent.name, finalMessage: agent.finalMessage ?? '', reached, stored };
}

async function readReport(file: string): Promise<unknown> {
  try {
    // Neither a link to somewhere else nor a pipe that never ends.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > LARGEST_REPORT) throw tampered('report.json is not a report');
      return JSON.parse(await handle.readFile('utf8')) as unknown;
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : tampered(messageOf(thrown));
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    (thrown: unknown) => {
      throw tampered(messageOf(thrown));
    },
  );
  await pipeline(handle.createReadStream(), hash);
  return hash.digest('hex');
}

function tampered(why: string): CagentError {
  return new CagentError('apply.run', `the run directory is not as cagent left it: ${why}`, {
    hint: 'Take it from the job that ran the agent, unchanged, as its artifact.',
  });
}
