import ignore from 'ignore';
import type { ChangedFile, PathWithReason } from './changes.js';
import { packageManifestReason } from './package-scripts.js';
import type { ChangeRecord } from './parse-changes.js';
import { SENSITIVE_RULES } from './sensitive-paths.js';
import { runGit, type TrustedGit } from './trusted-git.js';

/** Manifests whose content is compared; of any more the name alone decides. */
const MAX_MANIFESTS = 100;
const MAX_MANIFEST_BYTES = 2 ** 20;

const matchers = SENSITIVE_RULES.map((rule) => ({
  reason: rule.reason,
  rules: ignore({ ignorecase: true, allowRelativePaths: true }).add([...rule.patterns]),
}));

/** Why a path is sensitive by its name, or `undefined`. */
export function sensitivePathReason(path: string): string | undefined {
  return matchers.find(({ rules }) => rules.ignores(path))?.reason;
}

/** The changes that something will trust later, each with its reasons. `git` holds the contents of the manifests. */
export async function classifySensitive(
  git: TrustedGit,
  records: readonly ChangeRecord[],
): Promise<readonly PathWithReason[]> {
  const found: PathWithReason[] = [];
  let manifests = 0;
  for (const record of records) {
    const { path, oldPath } = record.file;
    const reasons = [
      sensitivePathReason(path),
      oldPath === undefined ? undefined : sensitivePathReason(oldPath),
      modeReason(record.file),
    ];
    if (isManifest(path) || (oldPath !== undefined && isManifest(oldPath))) {
      manifests += 1;
      reasons.push(manifests > MAX_MANIFESTS ? 'package manifest' : await manifestReason(git, record));
    }
    const distinct = [...new Set(reasons.filter((reason) => reason !== undefined))];
    if (distinct.length > 0) found.push({ path, reason: distinct.join('; ') });
  }
  return found;
}

function modeReason(file: ChangedFile): string | undefined {
  if (file.newMode === '100755' && file.oldMode !== '100755') return 'new executable file';
  return undefined;
}

function isManifest(path: string): boolean {
  return /(^|\/)package\.json$/i.test(path);
}

async function manifestReason(git: TrustedGit, record: ChangeRecord): Promise<string | undefined> {
  const [before, after] = await Promise.all([
    readManifest(git, record.oldId),
    readManifest(git, record.newId),
  ]);
  if (before === 'too big' || after === 'too big') return 'package manifest: too big to compare';
  return packageManifestReason(before, after);
}

async function readManifest(git: TrustedGit, id: string): Promise<string | undefined> {
  if (/^0+$/.test(id)) return undefined;
  const size = Number((await runGit(git, ['cat-file', '-s', id])).toString('latin1'));
  return size > MAX_MANIFEST_BYTES
    ? 'too big'
    : (await runGit(git, ['cat-file', 'blob', id])).toString('utf8');
}
