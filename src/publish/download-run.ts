import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import { unpackRun } from './unpack-run.js';

/** On an enterprise server, whose service takes nothing from this client, or where there is none at all. */
const OTHER_WAY =
  'Bring the run directory here by other means, such as actions/download-artifact@v3 on an enterprise server, and name it in the input run-directory.';

/**
 * Fetches the artifact of another job of the same workflow run and takes the run directory out of it.
 * @param temporary an empty directory
 * @returns the directory with `report.json`, `changes.json` and `changes.patch`
 * @throws CagentError `apply.run`
 */
export async function downloadRun(
  name: string,
  temporary: string,
  environment: Environment,
): Promise<string> {
  if (!environment.ACTIONS_RUNTIME_TOKEN || !environment.ACTIONS_RESULTS_URL) {
    throw new CagentError('apply.run', `there is no artifact service here to fetch ${name} from`, {
      hint: OTHER_WAY,
    });
  }
  try {
    const { DefaultArtifactClient } = await import('@actions/artifact');
    const client = new DefaultArtifactClient();
    const { artifact } = await client.getArtifact(name);
    // As it is: the client's own unpacking writes wherever the names in the archive lead.
    await client.downloadArtifact(artifact.id, { path: temporary, skipDecompress: true });
  } catch (thrown) {
    const isEnterprise = thrown instanceof Error && thrown.name === 'GHESNotSupportedError';
    throw new CagentError('apply.run', `the artifact ${name} cannot be fetched: ${messageOf(thrown)}`, {
      hint: isEnterprise
        ? OTHER_WAY
        : 'It has to come from a job of the same workflow run that this job needs.',
      cause: thrown,
    });
  }
  const [archive] = await readdir(temporary);
  if (archive === undefined) throw new CagentError('apply.run', `the artifact ${name} is empty`);
  await unpackRun(join(temporary, archive), temporary);
  return temporary;
}
