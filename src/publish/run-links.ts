import type { Environment } from '../core/environment.js';

/** Pages that belong to a run; each is empty where the runner does not say what is needed for it. */
export interface RunLinks {
  readonly run: string;
  readonly artifact: string;
}

/** @param artifact address of the artifact, empty when there is none */
export function runLinks(environment: Environment, artifact: string): RunLinks {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = environment;
  return { run: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : '', artifact };
}
