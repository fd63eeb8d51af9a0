import type { DistantFiles } from '../../changes/patch-on-tree.js';
import { NO_CONFIG, parseConfig } from '../../config/config-file.js';
import { patchPolicyOf } from '../../config/resolve.js';
import type { PatchPolicy } from '../../config/run-spec.js';
import { CagentError } from '../../core/errors.js';

/**
 * The patch policy of a configuration file in a commit; the defaults when there is none.
 * @throws CagentError `config.*` when the file is there and is not a configuration: nothing falls back to defaults
 */
export async function basePolicy(
  files: DistantFiles,
  path: string,
  isDefault: boolean,
): Promise<PatchPolicy> {
  const entry = await files.entry(path);
  if (entry === undefined && isDefault) return patchPolicyOf(NO_CONFIG);
  if (entry === undefined || !/^100(644|755)$/.test(entry.mode)) {
    throw new CagentError(
      'config.unreadable',
      `the configuration file ${path} ${entry === undefined ? 'is not on the base branch' : 'is not a regular file there'}`,
      { hint: 'The policy of a patch is the one that the base branch has.' },
    );
  }
  const bytes = await files.blob(entry.sha);
  return patchPolicyOf(parseConfig(bytes.toString('utf8'), path));
}
