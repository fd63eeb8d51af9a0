import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Changes } from '../changes/changes.js';
import type { RunSpec } from '../config/run-spec.js';
import { asCagentError, type CagentError } from '../core/errors.js';
import { createRunId } from '../core/run-id.js';
import { createDocker } from '../docker/client.js';
import { buildReport } from '../report/build-report.js';
import { openRunDirectory, type RunDirectory } from '../report/run-directory.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import { openAgentOutput } from './agent-output.js';
import { captureChanges } from './capture.js';
import { concludeRun } from './conclusion.js';
import { createPhaseTimer } from './phases.js';
import { type Preparation, prepare, type ReadySandbox } from './prepare.js';
import { removePrivateDirectory } from './private-directory.js';
import type { RunHost, RunResult } from './run-host.js';
import { tearDown } from './tear-down.js';

/**
 * One run, from a RunSpec to a run directory: prepare, agent, capture beside tear-down, report.
 *
 * Resolves for everything that happens once there is a run id: an agent that fails is a value, and so is a failure
 * of cagent itself (`report.error`, exit code 125).
 *
 * @throws CagentError `config.out` when the run directory cannot be made
 */
export async function run(spec: RunSpec, host: RunHost): Promise<RunResult> {
  const { clock, reporter } = host;
  const startedAt = clock.now();
  const began = clock.monotonic();
  const runId = createRunId(startedAt);
  const secrets = spec.env.filter((entry) => entry.secret);
  const files = await openRunDirectory(spec.out ?? join(host.runsDirectory, runId), { runId, secrets });
  reporter.event({ type: 'run-started', runId, runDirectory: files.path });

  const phases = createPhaseTimer(clock, reporter);
  const docker = createDocker(host.processes, host.environment);
  const notices: string[] = [];
  const preparation: Preparation = { runId };
  let end: AgentEnd | undefined;
  let changes: Changes | undefined;
  let error: CagentError | undefined;

  try {
    const sandbox = await phases.measure('prepare', () =>
      prepare(preparation, {
        spec,
        host,
        docker,
        phases,
        runDirectory: files.path,
        onRecord: (record) => reporter.event({ type: 'egress', record: files.egress(record) }),
        onWarning: (message) => notices.push(message),
      }),
    );
    end = await phases.measure('agent', () => liveThrough(sandbox, files, host));
    if (end.startError !== undefined) reporter.event({ type: 'warning', message: end.startError });
  } catch (thrown) {
    error = asCagentError(thrown);
  }

  const patch = join(preparation.directory ?? '', 'changes.patch');
  const removed = phases.measure('tear-down', () => tearDown(preparation, docker, spec.keep));
  try {
    changes = await phases.measure('capture', () => captureChanges({ host, preparation, patch, scratch: files.scratch }));
  } catch (thrown) {
    error ??= asCagentError(thrown);
  }
  notices.push(...(await removed));

  const { conclusion, exitCode } = concludeRun(end, error, host.cancel);
  const report = buildReport({
    runId,
    spec,
    plan: preparation.plan,
    outcome: {
      conclusion,
      exitCode,
      startedAt,
      durationMs: clock.monotonic() - began,
      phases: phases.durations(),
      limitsHit: end?.limitsHit ?? [],
      resources: resourcesOf(end),
      imageDigest: preparation.images?.sandbox.digest,
      notices,
      error: conclusion === 'error' ? error : undefined,
    },
    changes,
    egress: files.egressSummary(),
  });
  const written = await files.finish({
    report,
    plan: preparation.plan,
    changes,
    patch: changes !== undefined && existsSync(patch) ? patch : undefined,
  });
  if (!spec.keep && preparation.directory !== undefined) {
    await removePrivateDirectory(preparation.directory, preparation.images?.gateway.reference, docker);
  }
  return { report: written, changes, runDirectory: files.path, exitCode: written.exitCode };
}

async function liveThrough(sandbox: ReadySandbox, files: RunDirectory, host: RunHost): Promise<AgentEnd> {
  const output = openAgentOutput({
    stdout: host.stdout,
    stderr: host.stderr,
    files,
    guardWorkflowCommands: host.environment['GITHUB_ACTIONS'] === 'true',
    onBrokenPipe: host.onBrokenPipe,
  });
  try {
    return await sandbox.runAgent(output.stdout, output.stderr);
  } finally {
    await output.close();
  }
}

function resourcesOf(end: AgentEnd | undefined) {
  const { cpuSeconds, peakMemoryBytes, peakPids } = end?.resources ?? {};
  return {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    ...(peakPids === undefined ? {} : { peakPids }),
  };
}
