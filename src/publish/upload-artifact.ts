import type { Environment } from '../core/environment.js';
import { messageOf } from '../core/errors.js';
import { listArtifactFiles } from './artifact-files.js';

export type UploadResult =
  | { readonly kind: 'uploaded'; readonly url: string; readonly leftOut: readonly string[] }
  /** There is no artifact service here, e.g. a workflow that is tried out locally. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Uploads the regular files below `directory` (absolute) as one artifact. Never throws: a run whose results cannot
 * be uploaded is still a run with results.
 */
export async function uploadArtifact(
  name: string,
  directory: string,
  environment: Environment,
): Promise<UploadResult> {
  if (!environment.ACTIONS_RUNTIME_TOKEN || !environment.ACTIONS_RESULTS_URL) return { kind: 'unavailable' };
  try {
    const { files, leftOut } = listArtifactFiles(directory);
    if (files.length === 0) return { kind: 'failed', message: 'there is no file to upload' };
    // The client is large and most of a run does not need it.
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const { id } = await new DefaultArtifactClient().uploadArtifact(name, [...files], directory);
    return { kind: 'uploaded', url: artifactUrl(id, environment), leftOut };
  } catch (thrown) {
    return { kind: 'failed', message: messageOf(thrown) };
  }
}

/** The page of an artifact; empty where the runner does not say what is needed for it. */
export function artifactUrl(id: number | undefined, environment: Environment): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = environment;
  if (id === undefined || !server || !repository || !run) return '';
  return `${server}/${repository}/actions/runs/${run}/artifacts/${id}`;
}
