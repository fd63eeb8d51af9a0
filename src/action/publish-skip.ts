import * as core from '@actions/core';
import { displayText } from '../core/display-text.js';
import type { Environment } from '../core/environment.js';
import { prose } from '../report/markdown-text.js';
import { outputsOfSkip } from './outputs.js';
import { setOutputs } from './publish.js';

/**
 * Ends a step that is not to run the agent: green, with the reason in the outputs, the log and the summary. Nothing is
 * written to the pull request, since anybody can cause this as often as they like.
 */
export async function publishSkip(reason: string, environment: Environment): Promise<void> {
  const shown = displayText(reason);
  setOutputs(outputsOfSkip(shown));
  core.notice(`Nothing was run: ${shown}.`, { title: 'cagent' });
  if (!environment.GITHUB_STEP_SUMMARY) return;
  await core.summary.addRaw(`## ⏭️ cagent: skipped\n\nNothing was run: ${prose(reason)}.\n`).write();
}
