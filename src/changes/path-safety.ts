/**
 * Names that git, on some system, would take for its own directory or a file it trusts. git refuses most of them
 * when it applies a patch, and one refused name would make the whole patch useless; the others are how a patch made
 * here reaches `.git` on a macOS or Windows checkout.
 */

/** Characters that HFS+ leaves out when it compares names (git's `core.protectHFS`). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Whether one component of a path means `.git` anywhere: any case, `git~1`, `.git ` and `.git::$DATA`, HFS tricks. */
export function isGitName(name: string): boolean {
  return segments(name).some((part) => /^(\.git|git~\d+)[ .]*(:.*)?$/is.test(part));
}

/** Whether a component means `.gitmodules`, which git refuses as a link since it could lead anywhere. */
export function isGitModulesName(name: string): boolean {
  return segments(name).some((part) => /^(\.gitmodules|gitmod~\d+|gi7eba~\d+)[ .]*(:.*)?$/is.test(part));
}

/** Whether any component of a relative path is unfit for a patch: `.git` in disguise, empty, `.` or `..`. */
export function isUnsafePath(path: string): boolean {
  return path.split('/').some((part) => part === '' || part === '.' || part === '..' || isGitName(part));
}

/** NTFS takes a backslash for a separator. */
function segments(name: string): readonly string[] {
  return name.replace(HFS_IGNORED, '').split('\\');
}
