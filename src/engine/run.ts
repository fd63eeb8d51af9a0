import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentCredentials } from '../agents/agent-plan.js';
import { withoutKeys } from '../agents/model-access.js';
import type { Changes } from '../changes/changes.js';
import type { RunSpec } from '../config/run-spec.js';
import { asCagentError, CagentError, messageOf } from '../core/errors.js';
import type { Reporter } from '../core/events.js';
import { compileJsonSchema } from '../core/json-schema.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import { createRunId } from '../core/run-id.js';
import { createMask, type Mask } from '../core/secret-values.js';
import { createDocker, type Docker } from '../docker/client.js';
import { isExpectedBlock, knownHosts } from '../egress/known-blocked.js';
import { maskJson } from '../report/mask-json.js';
import { openRunDirectory, type RunDirectory } from '../report/run-directory.js';
import { lookCommand } from '../sandbox/plan-look.js';
import { openAgentOutput } from './agent-output.js';
import type { Transcripts } from './agent-transcript.js';
import { type AgentStart, runTries, type TryOptions } from './agent-tries.js';
import { assembleReport, judgeStart } from './assemble-report.js';
import { captureChanges } from './capture.js';
import { type FetchedView, fetchView } from './copy-view.js';
import { createPhaseTimer, type PhaseTimer } from './phases.js';
import { type EarlyPlan, planEarly } from './plan-run.js';
import { type Preparation, prepare, type ReadySandbox } from './prepare.js';
import { removePrivateDirectory } from './private-directory.js';
import type { KeptSandbox, RunHost, RunResult } from './run-host.js';
import { tearDown } from './tear-down.js';

/**
 * One run, from a RunSpec to a run directory: prepare, agent, capture beside tear-down, report.
 *
 * Resolves for everything that happens once there is a run id: an agent that fails is a value, and so is a failure
 * of cagent itself (`report.error`, exit code 125).
 *
 * @throws CagentError for what is refused by reading alone (`config.key`, `config.invalid`, `egress.rule`,
 * `image.build`) and `config.out` when the run directory cannot be made; then there is no run directory
 */
export async function run(spec: RunSpec, given: RunHost): Promise<RunResult> {
  const { clock } = given;
  const startedAt = clock.now();
  const began = clock.monotonic();
  const runId = createRunId(startedAt);
  // What can be refused by reading alone is refused before anything is made.
  const early = planEarly(spec, given, runId);
  const credentials = credentialsOf(spec, early, given);
  const secrets = [
    ...spec.env.filter((entry) => entry.secret),
    ...[...credentials.values()].map(({ secret }) => secret),
    ...(given.secrets ?? []),
  ];
  const mask = createMask(secrets);
  const reporter = masking(given.reporter, mask);
  // From here on no program that is started has the keys in its environment.
  const host = { ...given, reporter, environment: withoutKeys(given.environment) };
  const files = await openRunDirectory(spec.out ?? join(host.runsDirectory, runId), {
    runId,
    secrets,
    hosts: knownHosts(early.egress),
  });
  reporter.event({ type: 'run-started', runId, runDirectory: files.path });
  // Ending takes seconds, and somebody who sees nothing asks again, or kills.
  host.cancel.addEventListener('abort', () => {
    const message = `Cancelled by ${host.cancel.reason}: the agent is ended, and what it did is kept.`;
    reporter.event({ type: 'notice', message });
  });

  const phases = createPhaseTimer(clock, reporter);
  const docker = createDocker(host.processes, host.environment);
  const notices: string[] = [];
  const preparation: Preparation = { runId, early };
  const { outputSchema } = spec.agent;
  const outputCheck = outputSchema === undefined ? undefined : await compileJsonSchema(outputSchema);
  let starts: readonly AgentStart[] = [];
  let changes: Changes | undefined;
  let error: CagentError | undefined;
  let traffic: ModelTraffic | undefined;

  try {
    const sandbox = await phases.measure('prepare', () =>
      prepare(preparation, {
        spec,
        host,
        docker,
        phases,
        runDirectory: files.path,
        onRecord: (record) => {
          const expected = isExpectedBlock(early.egress, record);
          reporter.event({ type: 'egress', record: files.egress(record), expected });
        },
        onWarning: (message) => notices.push(message),
        credentials,
        onTraffic: (latest) => {
          traffic = latest;
        },
      }),
    );
    starts = await phases.measure('agent', () =>
      liveThrough(sandbox, files, host, {
        spec,
        clock,
        reporter,
        cancel: host.cancel,
        traffic: () => traffic,
        judge: (start) =>
          judgeStart({ spec, outputCheck }, start, { traffic, leftSomething: undefined }).words.outcome,
      }),
    );
    void preparation.watch?.stop();
    const startError = starts.at(-1)?.end.startError;
    if (startError !== undefined) reporter.event({ type: 'warning', message: startError });
  } catch (thrown) {
    error = asCagentError(thrown);
  }

  let fetched: FetchedView | undefined;
  try {
    // Before the volumes go.
    if (starts.length > 0) fetched = await fetchChanges(preparation, docker, phases);
  } catch (thrown) {
    error ??= asCagentError(thrown);
  }

  const patch = join(preparation.directory ?? '', 'changes.patch');
  // An engine that is gone takes nothing away from the results.
  const removed = phases
    .measure('tear-down', () => tearDown(preparation, docker, spec.keep))
    .catch((thrown: unknown) => [
      `What the run made in the engine could not be removed; \`cagent clean\` does it later: ${messageOf(thrown)}`,
    ]);
  try {
    changes = await phases.measure('capture', () =>
      captureChanges({
        host,
        preparation,
        patch,
        scratch: files.scratch,
        fetched,
        overfull: starts.some(({ end }) => end.limitsHit.includes('disk') || end.limitsHit.includes('files')),
      }),
    );
  } catch (thrown) {
    error ??= asCagentError(thrown);
  }
  notices.push(...(await removed));
  // What the agent tried without a gateway is on no record, so such a run has not succeeded, whatever the agent says.
  error ??= preparation.gateway?.died() ?? preparation.link?.died();

  const report = assembleReport({
    runId,
    spec,
    preparation,
    starts,
    error,
    outputCheck,
    handedOver: holdsFiles(files.scratch),
    traffic,
    changes,
    egress: files.egressSummary(),
    cancel: host.cancel,
    startedAt,
    durationMs: clock.monotonic() - began,
    phases: phases.durations(),
    notices,
  });
  const written = await files.finish({
    report,
    plan: preparation.plan,
    changes,
    patch: changes !== undefined && existsSync(patch) ? patch : undefined,
    prompt: early.agent.prompt,
  });
  if (!spec.keep && preparation.directory !== undefined) {
    await removePrivateDirectory(preparation.directory, preparation.images?.gateway.reference, docker);
  }
  const kept = spec.keep ? await keptOf(preparation) : undefined;
  return {
    report: written,
    changes: changes === undefined ? undefined : maskJson(changes, mask),
    runDirectory: files.path,
    exitCode: written.exitCode,
    ...(kept === undefined ? {} : { kept }),
  };
}

async function keptOf({ runId, early, created, view }: Preparation): Promise<KeptSandbox | undefined> {
  const container = await created?.catch(() => undefined);
  if (container === undefined || view === undefined) return undefined;
  const { agent } = early.containers;
  const edits = view.upper ?? view.scratch;
  return {
    container: agent.name,
    look: lookCommand(runId, agent, early.container.processOwner),
    ...(edits === undefined ? {} : { edits }),
  };
}

/** A shell works without a key too: the notice that its sandbox lacks one is in the plan already. */
function credentialsOf({ agent }: RunSpec, { agent: plan }: EarlyPlan, { environment }: RunHost) {
  try {
    return agentCredentials(plan, environment);
  } catch (thrown) {
    if (agent.interactive === true && thrown instanceof CagentError && thrown.code === 'config.key')
      return new Map();
    throw thrown;
  }
}

/** Messages quote names and words of other programs. What else an event carries is masked where it is made. */
function masking(reporter: Reporter, mask: Mask): Reporter {
  return {
    event: (event) => reporter.event('message' in event ? { ...event, message: mask(event.message) } : event),
  };
}

function holdsFiles(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** Only a copied view has to be fetched. */
async function fetchChanges(
  { early, plan, sent }: Preparation,
  docker: Docker,
  phases: PhaseTimer,
): Promise<FetchedView | undefined> {
  if (plan === undefined || sent === undefined) return undefined;
  return phases.measure('fetch', () => fetchView(docker, early, plan, sent));
}

async function liveThrough(
  sandbox: ReadySandbox,
  files: RunDirectory,
  host: RunHost,
  options: Omit<TryOptions, 'start'>,
): Promise<readonly AgentStart[]> {
  let current: Transcripts | undefined;
  const output = openAgentOutput({
    stdout: host.stdout,
    stderr: host.stderr,
    files,
    guardWorkflowCommands: host.environment.GITHUB_ACTIONS === 'true',
    onBrokenPipe: host.onBrokenPipe,
    onBytes: (stream, bytes) => current?.[stream].add(bytes),
  });
  try {
    return await runTries({
      ...options,
      start: (timeoutMs, transcripts) => {
        current = transcripts;
        return sandbox.runAgent(output.stdout, output.stderr, timeoutMs);
      },
    });
  } finally {
    await output.close();
  }
}
