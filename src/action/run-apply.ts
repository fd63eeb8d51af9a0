import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as core from '@actions/core';
import type { Environment } from '../core/environment.js';
import { asCagentError, CagentError, messageOf, renderError } from '../core/errors.js';
import { systemProcesses } from '../core/process.js';
import { cancelOnSignals } from '../engine/signals.js';
import { readEvent } from '../github/event.js';
import { viewerLogin } from '../github/repository-facts.js';
import { downloadRun } from '../publish/download-run.js';
import { propose } from '../publish/proposal/propose.js';
import { proposeAllowList } from '../publish/proposal/propose-allow-list.js';
import { tellPullRequest } from '../publish/proposal/tell-pull-request.js';
import { readBarePatch, readVerifiedRun, type VerifiedRun } from '../publish/proposal/verified-run.js';
import { readSuggestion } from '../report/read-suggestion.js';
import { APPLY_INPUT_NAMES, type ApplySettings, applySettings } from './apply-settings.js';
import { connection } from './github-connection.js';
import { proposalSettings } from './proposal-settings.js';
import { publishProposal } from './publish-proposal.js';
import { readInputs, withoutInputs } from './read-inputs.js';

/**
 * The step of `org/cagent/apply`: a run of another job becomes a pull request. No agent runs here, and nothing that
 * one wrote is run. Never throws.
 * @returns the exit code of the step
 */
export async function runApply(given: Environment): Promise<number> {
  const cancellation = cancelOnSignals();
  const environment = withoutInputs(given);
  let temporary: string | undefined;
  try {
    temporary = await mkdtemp(join(environment.RUNNER_TEMP || tmpdir(), 'cagent-artifact-'));
    const inputs = readInputs(given, APPLY_INPUT_NAMES);
    const token = inputs['github-token']?.trim() ?? '';
    if (token !== '') core.setSecret(token);
    const settings = applySettings(inputs);
    const warn = (message: string): void => core.warning(message, { title: 'cagent apply' });
    if (settings.source.kind === 'artifact' && settings.patchSha256 === undefined) warn(UNTIED);
    const event = await readEvent(environment);
    const { run, suggestion } = await readRun(settings, temporary, environment);
    const proposal = proposalSettings(settings, event, environment, run.agent ?? 'patch');
    const github = connection(token, environment, cancellation.signal)();
    const viewer = await viewerLogin(github);
    const ports = {
      github,
      repository: event.repository,
      viewer,
      processes: systemProcesses,
      env: environment,
      warn,
    };
    const outcome =
      suggestion === undefined
        ? await propose(run, proposal, ports)
        : await proposeAllowList(run, suggestion, proposal, ports);
    await tellPullRequest(outcome, proposal, ports).catch((thrown: unknown) => {
      warn(`the comment could not be written: ${messageOf(thrown)}`);
    });
    const hasSummary = Boolean(environment.GITHUB_STEP_SUMMARY);
    return await publishProposal(outcome, proposal, settings.ifNoChanges, hasSummary);
  } catch (thrown) {
    core.setOutput('result', 'error');
    core.error(renderError(asCagentError(thrown)), { title: 'cagent apply' });
    return 1;
  } finally {
    cancellation.dispose();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** Also where the output of the other job is misspelt, which GitHub hands over as nothing. */
const UNTIED =
  'input patch-sha256: empty, so any job of this workflow run could have put the artifact there, allowed: the output patch-sha256 of the job that ran the agent';

interface GivenRun {
  readonly run: VerifiedRun;
  /** What it would have `network.allow` hold, where that is to be proposed and not its changes. */
  readonly suggestion?: readonly string[];
}

async function readRun(
  { source, patchSha256, propose: what }: ApplySettings,
  temporary: string,
  environment: Environment,
): Promise<GivenRun> {
  const workspace = environment.GITHUB_WORKSPACE ?? '';
  if (source.kind === 'patch') {
    const copy = join(temporary, 'changes.patch');
    return {
      run: await readBarePatch(resolve(workspace, source.path), source.baseCommit, copy, patchSha256),
    };
  }
  const directory =
    source.kind === 'artifact'
      ? await downloadRun(source.name, temporary, environment)
      : resolve(workspace, source.path);
  const run = await readVerifiedRun(directory, patchSha256);
  // An agent that gave up has asked for what it needed all the same.
  if (what === 'allow-list') return { run, suggestion: await readSuggestion(directory) };
  if (run.conclusion === 'success') return { run };
  throw new CagentError(
    'apply.run',
    `the run ended with ${run.conclusion}, so its changes are not proposed`,
    {
      hint: 'Look at its report; "cagent apply" takes the changes over by hand.',
    },
  );
}
