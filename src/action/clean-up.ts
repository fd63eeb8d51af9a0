import { existsSync } from 'node:fs';
import * as core from '@actions/core';
import type { Environment } from '../core/environment.js';
import { messageOf } from '../core/errors.js';
import { systemProcesses } from '../core/process.js';
import { createDocker } from '../docker/client.js';
import { cleanUpRun } from '../engine/clean.js';
import { loadCacheService, saveImages } from './image-cache.js';
import { upload } from './publish.js';
import { runnerDocker } from './runner-docker.js';
import { readState } from './state.js';

/**
 * The post step: removes what main left behind because it was cut off, and does what a cancelled main had no time
 * for. Never fails the job: at this point a failure would only hide what really happened.
 */
export async function cleanUp(environment: Environment): Promise<void> {
  const state = readState();
  const docker = createDocker(systemProcesses, environment);
  if (state.runId !== undefined && !state.keep) {
    const { runId } = state;
    await quietly(async () => {
      const { removed, problems } = await cleanUpRun(docker, runId);
      for (const what of removed) core.info(`Removed ${what}, which run ${runId} had left.`);
      for (const problem of problems) core.info(`Not removed: ${problem}`);
    });
  }
  if (state.artifactName !== '' && existsSync(state.runDirectory)) {
    await quietly(() => upload(state.artifactName, state.runDirectory, environment));
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
    core.info(`cagent: ${messageOf(thrown)}`);
  }
}
