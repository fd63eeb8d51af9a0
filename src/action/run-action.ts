import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { withoutKeys } from '../agents/model-access.js';
import type { Flags } from '../config/flags.js';
import { flagsFromInputs, withoutAliases } from '../config/inputs.js';
import { resolveRunSpec } from '../config/resolve.js';
import type { RunSpec } from '../config/run-spec.js';
import { systemClock } from '../core/clock.js';
import type { Environment } from '../core/environment.js';
import { asCagentError, messageOf, renderError } from '../core/errors.js';
import { systemProcesses } from '../core/process.js';
import type { SecretValue } from '../core/secret-values.js';
import { withBaseDirectory } from '../engine/base-directory.js';
import { run } from '../engine/run.js';
import type { RunHost, RunResult } from '../engine/run-host.js';
import { cancelOnSignals } from '../engine/signals.js';
import type { Restriction } from '../github/trigger-gate.js';
import { planImages } from '../image/plan-images.js';
import { defaultArtifactName } from '../publish/artifact-name.js';
import { cacheDirectoryOf } from '../workspace/cache-directory.js';
import { type ActionSettings, actionSettings } from './action-settings.js';
import { checkTrigger } from './check-trigger.js';
import { connection } from './github-connection.js';
import { loadCacheService, missingBuilds, restoreImages } from './image-cache.js';
import { keyValues, uselessKeys, withKeyInputs } from './model-keys.js';
import { OUTPUTS_OF_NO_RUN } from './outputs.js';
import { type PublishPlace, publish, setOutputs } from './publish.js';
import { publishSkip } from './publish-skip.js';
import { readInputs, withoutInputs } from './read-inputs.js';
import { createActionReporter } from './reporter.js';
import { type RestrictedRun, restrictionNotice, restrictRun } from './restrict-run.js';
import { withReviewSchema } from './review-schema.js';
import { runnerDocker } from './runner-docker.js';
import { refuseRunnerVariables, runnerTokens } from './runner-variables.js';
import { saveState } from './state.js';
import { checkedOutCommit, trustedCommits, withTrustedBase } from './trusted-base.js';
import { commentOnError, promiseComment } from './unfinished-comment.js';

/**
 * The main step: inputs, who asks for it, run, results. Never throws.
 * @param installation absolute path of the action's own folder
 * @returns the exit code of the step
 */
export async function runAction(given: Environment, installation: string): Promise<number> {
  const cancellation = cancelOnSignals();
  try {
    const { inputs, notices } = withoutAliases(readInputs(given));
    const token = inputs['github-token']?.trim() ?? '';
    if (token !== '') core.setSecret(token);
    for (const notice of notices) core.notice(notice, { title: 'cagent' });
    const environment = withKeyInputs(withoutInputs(given), inputs);
    for (const value of keyValues(environment)) core.setSecret(value);
    const [settings, flags] = [actionSettings(inputs), flagsFromInputs(inputs)];

    const connect = connection(token, environment, cancellation.signal);
    const { trigger, verdict } = await checkTrigger(environment, settings.trigger, connect);
    if (verdict.kind === 'skip') return await skip(verdict.reason, environment);
    const place = {
      inputs,
      installation,
      settings,
      environment,
      trigger,
      connect,
      cancel: cancellation.signal,
      secrets: runnerTokens(given, token),
      token,
    };
    return await runAllowed(flags, verdict.restricted, place);
  } catch (thrown) {
    setOutputs(OUTPUTS_OF_NO_RUN);
    core.error(renderError(asCagentError(thrown)), { title: 'cagent' });
    return Number(OUTPUTS_OF_NO_RUN['exit-code']);
  } finally {
    cancellation.dispose();
  }
}

interface StepPlace extends Omit<PublishPlace, 'isRestricted'> {
  readonly inputs: Readonly<Record<string, string>>;
  readonly installation: string;
  readonly secrets: readonly SecretValue[];
  /** The input `github-token`; empty for none. */
  readonly token: string;
}

/** For somebody who may start an agent. What keeps it from running is told on the pull request too. */
async function runAllowed(
  flags: Flags,
  restriction: Restriction | undefined,
  place: StepPlace,
): Promise<number> {
  const { inputs, settings, environment, trigger, connect, cancel, secrets, token, installation } = place;
  const named = flags.command === undefined ? flags.values.agent : 'command';
  let comment = typeof named === 'string' ? promiseComment(place, named) : undefined;
  try {
    const cwd = process.cwd();
    const head = await checkedOutCommit(flags, cwd, systemProcesses, environment);
    const { GITHUB_SHA: sha } = environment;
    const base = { processes: systemProcesses, environment, now: systemClock.now() };
    return await withBaseDirectory(base, async (openBase) => {
      const resolved = await resolveRunSpec({
        flags: withTrustedBase(flags, trigger, head, sha),
        cwd,
        environment,
        purpose: 'run',
        openBase,
      });
      const spec = settings.review ? withReviewSchema(resolved) : resolved;
      comment = promiseComment(place, spec.agent.name);
      for (const useless of uselessKeys(inputs, spec)) core.warning(useless, { title: 'cagent' });
      refuseRunnerVariables(spec.env, environment, token);
      for (const { value, secret } of spec.env) if (secret && value !== '') core.setSecret(value);
      const trusted = trustedCommits(trigger, sha);
      const order = restricted({ spec, environment, trusted }, restriction, settings);
      if ('reason' in order) return await skip(order.reason, environment);
      const host = { environment: order.environment, installation, cancel, secrets };
      const result = await runHere(order.spec, settings, host);
      const isRestricted = restriction !== undefined;
      await publish(result, { settings, environment, cancel, trigger, connect, isRestricted });
      return stepExitCode(result);
    });
  } catch (thrown) {
    if (comment !== undefined && !cancel.aborted) await commentOnError(comment, thrown, place);
    throw thrown;
  }
}

async function skip(reason: string, environment: Environment): Promise<number> {
  saveState({ comment: undefined });
  await publishSkip(reason, environment);
  return 0;
}

function restricted(
  order: RestrictedRun,
  restriction: Restriction | undefined,
  { forkModelKey }: ActionSettings,
): ReturnType<typeof restrictRun> {
  if (restriction === undefined) return order;
  core.notice(restrictionNotice(restriction), { title: 'cagent' });
  return restrictRun(order, restriction, forkModelKey);
}

type Place = Pick<RunHost, 'environment' | 'installation' | 'cancel' | 'secrets'>;

async function runHere(spec: RunSpec, settings: ActionSettings, host: Place): Promise<RunResult> {
  if (settings.cacheImages) await restoreFromCache(spec, host);
  const reporter = createActionReporter(core, (runId, runDirectory) => {
    const artifactName = settings.uploadArtifacts
      ? (settings.artifactName ?? defaultArtifactName(runId))
      : '';
    saveState({ runId, runDirectory, keep: spec.keep, artifactName });
  });
  try {
    return await run(spec, {
      ...host,
      processes: systemProcesses,
      clock: systemClock,
      reporter,
      stdin: 'none',
      stdout: process.stdout,
      // One pipe for both: the runner reads two pipes in any order, and what the agent last wrote to the other one
      // could be read as a command after commands are switched on again.
      stderr: process.stdout,
      onBrokenPipe: () => {},
      runsDirectory: join(host.environment.RUNNER_TEMP || tmpdir(), 'cagent'),
      cacheDirectory: cacheDirectoryOf(host.environment),
    });
  } finally {
    reporter.close();
  }
}

/** For speed only: whatever goes wrong here, the run meets it again and reports it. */
async function restoreFromCache(spec: RunSpec, { environment, installation }: Place): Promise<void> {
  try {
    const docker = runnerDocker(withoutKeys(environment));
    const missing = await missingBuilds(planImages(spec.image, installation, spec.agent.name), docker);
    const ports = { docker, loadService: loadCacheService, info: core.info };
    saveState({ imagesToSave: await restoreImages(missing, ports) });
  } catch (thrown) {
    core.debug(`images: ${messageOf(thrown)}`);
  }
}

/** A run that did not succeed fails the step, also where the agent itself exited with 0. */
function stepExitCode({ report, exitCode }: RunResult): number {
  return report.conclusion === 'success' ? 0 : Math.max(1, exitCode);
}
