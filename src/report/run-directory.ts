import { join } from 'node:path';
import { reasonOf } from '../config/system-reason.js';
import type { EgressRecord } from '../core/egress-record.js';
import { CagentError } from '../core/errors.js';
import { formatSize } from '../core/memory-size.js';
import type { RunId } from '../core/run-id.js';
import { createMask, type SecretValue } from '../core/secret-values.js';
import { type AppendFile, createAppendFile } from './append-file.js';
import { type CounterOptions, createEgressCounter } from './egress-summary.js';
import { type AgentStream, joinStreams } from './joined-streams.js';
import { maskJson } from './mask-json.js';
import { createRedactor } from './redact.js';
import type { EgressSummary, Report } from './report.js';
import { claimRunDirectory } from './run-directory-claim.js';
import { type RunResults, writeResults } from './run-results.js';

/** The directory of one run while it fills. Every secret value is masked on its way to any of its files. */
export interface RunDirectory {
  /** Absolute path. */
  readonly path: string;
  /** Absolute path of `scratch/`: whoever collects the agent's scratch copies regular files in before `finish`. */
  readonly scratch: string;
  /** Appends to `egress.jsonl` and counts. Returns the record as it may be shown. */
  egress(record: EgressRecord): EgressRecord;
  /** The sum of all records so far. */
  egressSummary(): EgressSummary;
  /** Appends to `agent.log`. Returns the bytes as they may be shown; what may begin a secret is held back. */
  agentOutput(stream: AgentStream, bytes: Uint8Array): Buffer;
  /** Writes what was held back to `agent.log` and returns it. To be called when the agent's streams have ended. */
  endAgentOutput(): { readonly stdout: Buffer; readonly stderr: Buffer };
  /**
   * Writes all other files and returns the report as it was written: masked, with notices about what masking did.
   * Every file is tried, also when one fails; then the report is that of an error, `report.write`.
   */
  finish(results: RunResults): Promise<Report>;
}

export interface RunDirectoryOptions {
  readonly runId: RunId;
  /** Model keys and the values of `--env NAME`. */
  readonly secrets: readonly SecretValue[];
  /** `agent.log` ends here, so that an agent that never stops printing does not fill the runner's disk. */
  readonly agentLogBytes?: number;
  /** `egress.jsonl` ends here for the same reason. The sums go on. */
  readonly egressLogBytes?: number;
  /** What is known of hosts beforehand. */
  readonly hosts?: CounterOptions;
}

const AGENT_LOG_BYTES = 256 * 2 ** 20;
const EGRESS_LOG_BYTES = 256 * 2 ** 20;
/** What the log gives back on a full disk; the other files of a usual run are far smaller. */
const ROOM_FOR_REPORT = 4 * 2 ** 20;

/**
 * Creates the directory (mode 0700, with its parents) or takes over that of an earlier run, whose files are removed.
 * Throws `config.out` when it holds files of these names that are not cagent's, is in use, or cannot be written.
 */
export async function openRunDirectory(path: string, options: RunDirectoryOptions): Promise<RunDirectory> {
  const { secrets, runId, agentLogBytes = AGENT_LOG_BYTES, egressLogBytes = EGRESS_LOG_BYTES } = options;
  await claimRunDirectory(path, runId);
  const file = (name: string): string => join(path, name);
  const egressLog = openLog(file('egress.jsonl'));
  const agentLog = openLog(file('agent.log'), ROOM_FOR_REPORT);
  const mask = createMask(secrets);
  const counter = createEgressCounter(options.hosts);
  const redactors = { stdout: createRedactor(secrets), stderr: createRedactor(secrets) };
  const streams = joinStreams(append);
  let recorded = 0;
  let recordCut = false;
  let logged = 0;
  let logCut = false;

  function append(bytes: Buffer): void {
    const room = agentLogBytes - logged;
    logCut ||= bytes.length > room;
    agentLog.write(bytes.subarray(0, room));
    logged += Math.min(bytes.length, room);
  }

  function log(stream: AgentStream, bytes: Buffer): Buffer {
    streams.push(stream, bytes);
    return bytes;
  }

  function endLog(): { readonly stdout: Buffer; readonly stderr: Buffer } {
    const stdout = log('stdout', redactors.stdout.end());
    const stderr = log('stderr', redactors.stderr.end());
    streams.end();
    return { stdout, stderr };
  }

  /** Refused attempts cost an agent nothing: they must not use up the room of what went out. */
  function writeRecord(shown: EgressRecord): void {
    const line = Buffer.from(`${JSON.stringify(shown)}\n`);
    const most = shown.verdict === 'blocked' ? egressLogBytes / 2 : egressLogBytes;
    if (recorded + line.length > most) {
      recordCut = true;
      return;
    }
    recorded += line.length;
    egressLog.write(line);
  }

  return {
    path,
    scratch: file('scratch'),
    egress(record) {
      // Masked before it is counted: the counter cuts long requests, and half a secret is found by nobody.
      const shown = maskJson(record, mask);
      counter.add(shown);
      writeRecord(shown);
      return shown;
    },
    egressSummary: () => counter.summary(),
    agentOutput: (stream, bytes) => log(stream, redactors[stream].push(bytes)),
    endAgentOutput: endLog,
    async finish(results) {
      endLog();
      const failures = new Map<string, unknown>();
      for (const [name, opened] of Object.entries({ 'egress.jsonl': egressLog, 'agent.log': agentLog })) {
        const failure = opened.close();
        if (failure !== undefined) failures.set(name, failure);
      }
      const notices = [
        ...results.report.notices,
        ...(logCut
          ? [`The agent printed more than ${formatSize(agentLogBytes)}; agent.log holds the beginning.`]
          : []),
        ...(recordCut
          ? ['The agent tried more than egress.jsonl has room for; its sums are whole, its lines are not.']
          : []),
      ];
      const report = { ...results.report, notices };
      return writeResults(path, { ...results, report }, secrets, failures);
    },
  };
}

function openLog(path: string, giveBack = 0): AppendFile {
  try {
    return createAppendFile(path, giveBack);
  } catch (error) {
    throw new CagentError('config.out', `${path} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}
