import { existsSync } from 'node:fs';
import * as core from '@actions/core';
import { displayText } from '../core/display-text.js';
import type { Environment } from '../core/environment.js';
import { messageOf } from '../core/errors.js';
import { systemProcesses } from '../core/process.js';
import { createDocker } from '../docker/client.js';
import { cleanUpRun } from '../engine/clean.js';
import { connection } from './github-connection.js';
import { loadCacheService, saveImages } from './image-cache.js';
import { upload } from './publish.js';
import { readInputs, withoutInputs } from './read-inputs.js';
import { runnerDocker } from './runner-docker.js';
import { readState } from './state.js';
import { commentAfterwards } from './unfinished-comment.js';

/**
 * The post step: removes what main left behind because it was cut off, and does what a cancelled main had no time
 * for. Never fails the job: at this point a failure would only hide what really happened.
 */
export async function cleanUp(given: Environment): Promise<void> {
  const environment = withoutInputs(given);
  const state = readState();
  const docker = createDocker(systemProcesses, environment);
  if (state.runId !== undefined && !state.keep) {
    const { runId } = state;
    await quietly(async () => {
      const { removed, problems } = await cleanUpRun(docker, runId);
      for (const what of removed) core.info(`Removed ${what}, which run ${runId} had left.`);
      for (const problem of problems) core.info(`Not removed: ${displayText(problem)}`);
    });
  }
  let artifactUrl = '';
  if (state.artifactName !== '' && existsSync(state.runDirectory)) {
    await quietly(async () => {
      artifactUrl = await upload(state.artifactName, state.runDirectory, environment);
    });
  }
  const { comment, runDirectory } = state;
  if (comment !== undefined) {
    const token = readInputs(given)['github-token']?.trim() ?? '';
    if (token !== '') core.setSecret(token);
    await quietly(async () => {
      const github = connection(token, environment, new AbortController().signal)();
      await commentAfterwards(comment, runDirectory, github, environment, artifactUrl);
    });
  }
  await saveImages(state.imagesToSave, {
    docker: runnerDocker(environment),
    loadService: loadCacheService,
    info: core.info,
  });
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    core.info(`cagent: ${displayText(messageOf(thrown))}`);
  }
}
