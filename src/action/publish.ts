import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { OutputName } from '../config/outputs.js';
import { clip, displayText } from '../core/display-text.js';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf, renderError } from '../core/errors.js';
import type { RunResult } from '../engine/run-host.js';
import type { GitHub } from '../github/client.js';
import type { Trigger } from '../github/trigger.js';
import { defaultArtifactName } from '../publish/artifact-name.js';
import { blockedHostLines } from '../publish/blocked-hosts.js';
import { changedFileLines } from '../publish/changed-files.js';
import { fitSummary } from '../publish/job-summary.js';
import { uploadArtifact } from '../publish/upload-artifact.js';
import { outcomeSentence } from '../report/wording.js';
import type { ActionSettings } from './action-settings.js';
import { outputsOf } from './outputs.js';
import { publishToPullRequest } from './publish-to-pull-request.js';
import { engineAdvice, isInContainer, runnerPlace } from './runner-place.js';
import { saveState } from './state.js';

export interface PublishPlace {
  readonly settings: ActionSettings;
  readonly environment: Environment;
  readonly cancel: AbortSignal;
  readonly trigger: Trigger;
  readonly connect: () => GitHub;
  /** See `PullRequestTarget`. */
  readonly isRestricted: boolean;
}

/**
 * Hands a run to the workflow: outputs, summary, annotations, artifact, comment. The quick parts come first, since a
 * cancelled step has only seconds; then the upload is left to the post step. Never throws.
 */
export async function publish(result: RunResult, place: PublishPlace): Promise<void> {
  const { report, runDirectory } = result;
  const { settings, environment, cancel } = place;
  await attempt('the outputs', () => setOutputs(outputsOf(report, runDirectory)));
  await attempt('the job summary', () => writeSummary(runDirectory, environment));
  await attempt('the annotations', () => annotate(result, environment));
  if (cancel.aborted) return;
  let artifactUrl = '';
  if (settings.uploadArtifacts) {
    await attempt('the artifact', async () => {
      artifactUrl = await upload(
        settings.artifactName ?? defaultArtifactName(report.runId),
        runDirectory,
        environment,
      );
      saveState({ artifactName: '' });
      if (artifactUrl !== '') setOutputs({ 'artifact-url': artifactUrl });
    });
  }
  const { trigger, connect, isRestricted } = place;
  const target = { trigger, settings, environment, connect, artifactUrl, isRestricted };
  await publishToPullRequest(result, target, attempt, (name, value) => setOutputs({ [name]: value }));
  saveState({ comment: undefined });
}

export function setOutputs(outputs: Readonly<Partial<Record<OutputName, string>>>): void {
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
}

/** Uploads the run directory and says what came of it. Returns the address of the artifact, or nothing. */
export async function upload(name: string, directory: string, environment: Environment): Promise<string> {
  const result = await uploadArtifact(name, directory, environment);
  if (result.kind === 'unavailable') {
    core.info(`No artifact service here; the results are in ${directory}`);
    return '';
  }
  if (result.kind === 'failed') {
    warn(`The run directory could not be uploaded as the artifact ${name}: ${result.message}`);
    return '';
  }
  if (result.leftOut.length > 0) {
    const examples = result.leftOut.slice(0, 3).map((path) => clip(path, 100));
    warn(
      `${result.leftOut.length} files cannot be in an artifact and were left out, such as ${examples.join(', ')}`,
    );
  }
  return result.url;
}

async function writeSummary(runDirectory: string, environment: Environment): Promise<void> {
  if (!environment.GITHUB_STEP_SUMMARY) return;
  const markdown = readFileSync(join(runDirectory, 'summary.md'), 'utf8');
  await core.summary.addRaw(fitSummary(markdown)).write();
}

function annotate({ report, changes }: RunResult, environment: Environment): void {
  for (const { file, text } of changedFileLines(changes)) {
    core.notice(text, { title: 'cagent: changes', ...(file === undefined ? {} : { file }) });
  }
  for (const line of blockedHostLines(report.egress.hosts)) core.warning(line, { title: 'cagent: network' });
  if (report.error !== undefined) {
    const { code, message, hint } = report.error;
    core.error(displayText(`cagent: ${code}: ${message} ${hint ?? ''}`.trimEnd()), { title: 'cagent' });
    const advice = engineAdvice(code, runnerPlace(environment, isInContainer()));
    if (advice !== undefined) core.notice(advice, { title: 'cagent: the runner' });
  } else if (report.conclusion !== 'success') {
    core.error(`${outcomeSentence(report)}.`, { title: 'cagent' });
  } else {
    core.info(`${outcomeSentence(report)}.`);
  }
}

/** One part that fails takes no other with it, and not the run. */
async function attempt(what: string, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const hint = thrown instanceof CagentError ? thrown.hint : undefined;
    warn(`${what} could not be written: ${messageOf(thrown)}`, hint);
  }
}

function warn(message: string, hint?: string): void {
  const details = hint === undefined ? {} : { hint };
  core.warning(renderError(new CagentError('publish.failed', message, details)), { title: 'cagent' });
}
