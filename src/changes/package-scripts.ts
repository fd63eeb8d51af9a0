/** Parts of a `package.json` that make something run or be fetched, with what they are for the reader. */
const TRUSTED_FIELDS: Readonly<Record<string, string>> = {
  scripts: 'package scripts',
  bin: 'programs of the package',
  dependencies: 'dependencies',
  devDependencies: 'dependencies',
  optionalDependencies: 'dependencies',
  peerDependencies: 'dependencies',
  bundleDependencies: 'dependencies',
  bundledDependencies: 'dependencies',
  overrides: 'dependencies',
  resolutions: 'dependencies',
  pnpm: 'package manager settings',
  packageManager: 'package manager settings',
  publishConfig: 'where the package is published',
  workspaces: 'workspaces',
  husky: 'git hooks',
  'simple-git-hooks': 'git hooks',
  'lint-staged': 'git hooks',
  'pre-commit': 'git hooks',
  gypfile: 'package scripts',
  config: 'package configuration',
  engines: 'required versions',
};

/**
 * Why a change of a `package.json` is sensitive, or `undefined` when nothing in it runs or fetches code. `undefined`
 * as a text means that the file is not there on that side. What cannot be read as JSON counts as sensitive.
 */
export function packageManifestReason(
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  const [old, now] = [parse(before), parse(after)];
  if (old === undefined || now === undefined) return 'package manifest: could not be read as JSON';
  const changed = Object.keys(TRUSTED_FIELDS).filter(
    (field) => JSON.stringify(old[field]) !== JSON.stringify(now[field]),
  );
  if (changed.length === 0) return undefined;
  const what = [...new Set(changed.map((field) => TRUSTED_FIELDS[field]))].join(', ');
  const scripts = changed.includes('scripts') ? ` (${changedKeys(old.scripts, now.scripts)})` : '';
  return `package manifest: ${what}${scripts}`;
}

function changedKeys(before: unknown, after: unknown): string {
  const [old, now] = [asObject(before), asObject(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => old[key] !== now[key],
  );
  const shown = keys.slice(0, 5).map((key) => key.slice(0, 40));
  return shown.join(', ') + (keys.length > shown.length ? `, ${keys.length - shown.length} more` : '');
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? asObject(value) : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
