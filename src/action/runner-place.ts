import { existsSync } from 'node:fs';
import type { Environment } from '../core/environment.js';

/** Where a job runs, as far as it decides whether there is an engine and what the engine can see. */
export type RunnerPlace =
  /** Actions Runner Controller with a pod for each job: there is no engine. */
  | 'kubernetes'
  /** Actions Runner Controller with an engine beside the runner. */
  | 'dind'
  /** A job with `container:`. */
  | 'job-container'
  | 'self-hosted'
  | 'github-hosted';

/** @param inContainer whether this process runs in a container that Docker made */
export function runnerPlace(environment: Environment, inContainer: boolean): RunnerPlace {
  const { ACTIONS_RUNNER_CONTAINER_HOOKS: hooks, ACTIONS_RUNNER_POD_NAME: pod } = environment;
  if (hooks || pod) return 'kubernetes';
  // The runner mounts its work directory there for a job container, and nowhere else.
  if (environment.GITHUB_WORKSPACE?.startsWith('/__w/') && inContainer) return 'job-container';
  if (environment.KUBERNETES_SERVICE_HOST) return 'dind';
  return environment.RUNNER_ENVIRONMENT === 'github-hosted' ? 'github-hosted' : 'self-hosted';
}

/** Docker marks its containers with this file. */
export function isInContainer(): boolean {
  return existsSync('/.dockerenv');
}

/**
 * What to do when there is no usable engine, in the words of the place; one sentence or two.
 * @param code of the error
 */
export function engineAdvice(code: string, place: RunnerPlace): string | undefined {
  if (!ENGINE_ERRORS.has(code)) return undefined;
  return ADVICE[place];
}

const ENGINE_ERRORS: ReadonlySet<string> = new Set([
  'docker.missing',
  'docker.unreachable',
  'docker.permission',
]);

const ADVICE: Readonly<Record<RunnerPlace, string>> = {
  kubernetes:
    'This runner is one of Actions Runner Controller in kubernetes mode, which has no Docker engine. Set containerMode.type to dind for the runners of this job.',
  dind: 'This runner is in a Kubernetes pod. Set containerMode.type of Actions Runner Controller to dind, and see that the engine beside the runner is up.',
  'job-container':
    'This job runs in a container. Take container: off the job, or use an image that has the docker command and a user that may use /var/run/docker.sock, which the runner mounts.',
  'self-hosted':
    'Install Docker Engine on the machine of the runner and put the user of the runner into the group docker.',
  'github-hosted':
    'Use one of the Linux runners, such as ubuntu-24.04: those for macOS and Windows have no Docker engine.',
};
