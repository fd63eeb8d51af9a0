import type { ViewSpec } from '../config/run-spec.js';
import { displayPath } from '../core/path-text.js';
import { CONFIGURATION_PARENT, configurationRoots } from './agent-configuration.js';
import { followLinks } from './base-commit.js';
import { type BaseRules, storedRules } from './base-rules.js';
import { type ByteText, byteTextToPath, pathToByteText } from './byte-text.js';
import { locateGitSource } from './git-source.js';
import { hiddenSet } from './hidden-set.js';
import { type HistoricPaths, historicPaths } from './historic-paths.js';
import type { IgnoreRules } from './ignore-rules.js';
import { atMost } from './notices.js';
import { isSameBlob, statOf } from './same-blob.js';
import { SCRATCH_DIRECTORY } from './scratch-directory.js';
import type { SecretAllowList } from './secret-allow-list.js';
import { scanBytes } from './secret-scan.js';
import { SCANNED_BYTES } from './secret-scan-files.js';
import { shown as shownPath, type WalkResult } from './walk.js';
import type { BasePlan, BaseShown, SecretFinding } from './workspace-plan.js';

export interface BaseInput {
  readonly root: ByteText;
  readonly base: BaseRules;
  readonly ignoreFile: string;
  readonly rules: IgnoreRules;
  /** What is visible and hidden by rule; paths that the base does not have are hidden in it. */
  readonly walked: WalkResult;
  readonly secrets: ViewSpec['secrets'];
  readonly allowed: SecretAllowList;
}

/** What the view takes from the base commit. */
export interface BaseDecision {
  /** Paths that are shown as the commit has them, whatever the workspace has there. */
  readonly shown: readonly BaseShown[];
  /** Paths of the workspace that the commit does not have; they are among the hidden ones. */
  readonly absent: readonly ByteText[];
  readonly findings: readonly SecretFinding[];
}

/**
 * Compares the configuration of agents in the workspace with that of the base commit. What is the same stays as it is;
 * anything else is shown as the commit has it, or not at all.
 */
export async function planBase(input: BaseInput): Promise<BaseDecision> {
  const { root, base, walked } = input;
  const { entries } = base;
  const rootOf = configurationRoots(trustedPlaces(base, input.ignoreFile));
  const hiddenByRule = historicPaths(
    input.rules,
    hiddenSet([...walked.hidden.keys()].map((path) => ({ path: byteTextToPath(path) }))),
  );
  const same = new Set<ByteText>();
  const absent = new Map<ByteText, ByteText>();
  const differing = new Set<ByteText>();
  for (const path of [...walked.files, ...walked.links, ...walked.special]) {
    const configuration = rootOf(path) ?? (path === CONFIGURATION_PARENT ? path : undefined);
    if (configuration === undefined) continue;
    const entry = entries.get(path);
    if (entry === undefined ? isOfSameSubmodule(input, path) : isSameBlob(root, path, entry)) same.add(path);
    else if (entry === undefined) absent.set(path, configuration);
    else differing.add(path);
  }
  const wanted: BaseShown[] = [];
  for (const [path, entry] of entries) {
    if (entry.mode === '160000' || same.has(path) || rootOf(path) === undefined) continue;
    if (hiddenByRule.has(path) || path.startsWith(`${SCRATCH_DIRECTORY}/`)) continue;
    const inTheWay = differing.has(path) ? undefined : obstacle(input, path);
    if (inTheWay === 'file') continue;
    if (inTheWay !== undefined) absent.set(inTheWay.link, inTheWay.link);
    wanted.push({ path: byteTextToPath(path), ...entry });
  }
  const { clean, findings } = await withoutSecrets(input, wanted, hiddenByRule);
  const hidden = hideAbsent(input, absent, same);
  return { shown: clean, absent: hidden, findings };
}

/** The decision as the plan keeps it. */
export function basePlan(base: BaseRules, { shown, absent }: BaseDecision): BasePlan {
  return {
    commit: base.commit.id,
    shown: [...shown].sort((a, b) => (a.path < b.path ? -1 : 1)),
    absent: absent.map(byteTextToPath).sort(),
    rules: storedRules(base.files),
  };
}

/** One sentence for each path that is not as the workspace has it. */
export function baseNotices({ commit }: BaseRules, { shown, absent }: BaseDecision): readonly string[] {
  const short = commit.id.slice(0, 12);
  return [
    ...atMost(
      shown.map(({ path }) => `${displayPath(path)} is from the base commit ${short}.`),
      `paths are from the base commit ${short}`,
    ),
    ...atMost(
      absent.map((path) => `${shownPath(path)} is not in the base commit ${short} and is hidden.`),
      `paths are not in the base commit ${short} and are hidden`,
    ),
  ];
}

/** Named files of cagent, and what links among the configuration lead to. */
function trustedPlaces({ entries, targetOf }: BaseRules, ignoreFile: string): ReadonlySet<ByteText> {
  const places = new Set<ByteText>([pathToByteText(ignoreFile)]);
  for (let before = -1; before !== places.size; ) {
    before = places.size;
    const rootOf = configurationRoots(places);
    for (const [path, entry] of entries) {
      if (entry.mode !== '120000' || rootOf(path) === undefined) continue;
      for (const place of followLinks(path, entries, targetOf) ?? []) if (place !== '.') places.add(place);
    }
  }
  return places;
}

/** A submodule's files belong to another repository; they are as trusted as its commit. */
function isOfSameSubmodule({ root, base }: BaseInput, path: ByteText): boolean {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const directory = path.slice(0, at);
    const entry = base.entries.get(directory);
    if (entry?.mode !== '160000') continue;
    const source = locateGitSource(`${root}/${directory}`);
    return !('reason' in source) && source.head === entry.objectId;
  }
  return false;
}

/**
 * What the workspace has above a path instead of directories. A link could lead to other configuration, so it goes; a
 * file leads nowhere and is the work under review.
 */
function obstacle({ root }: BaseInput, path: ByteText): 'file' | { readonly link: ByteText } | undefined {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const directory = path.slice(0, at);
    const stat = statOf(root, directory);
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) return { link: directory };
    if (!stat.isDirectory()) return 'file';
  }
  return undefined;
}

/** The commit's files are judged and scanned like those of the workspace. */
async function withoutSecrets(
  { root, base, secrets, allowed, walked }: BaseInput,
  wanted: readonly BaseShown[],
  hiddenByRule: HistoricPaths,
): Promise<{ readonly clean: readonly BaseShown[]; readonly findings: readonly SecretFinding[] }> {
  const scan = secrets !== 'off';
  const judged = wanted.filter(({ path }) => scan || hiddenByRule.suspects(pathToByteText(path)));
  const contents = await base.commit.read(judged.map(({ objectId }) => objectId));
  const findings: SecretFinding[] = [];
  const clean = wanted.filter(({ path, objectId }) => {
    const place = pathToByteText(path);
    const content = contents.get(objectId) ?? Buffer.alloc(0);
    const hits = (scan ? scanBytes(content.subarray(0, SCANNED_BYTES), place) : []).filter(
      ({ rule }) => !allowed(place, rule),
    );
    findings.push(...hits.map(({ line, rule }) => ({ path, line, rule })));
    const reason =
      hiddenByRule.credentialIn(place, content) ??
      (hits.length > 0 && secrets === 'hide' ? `secret scan: ${hits[0]?.rule}` : undefined);
    if (reason === undefined) return true;
    if (statOf(root, place) !== undefined) walked.hidden.set(place, { directory: false, reason });
    return false;
  });
  return { clean, findings };
}

/** Hides what the commit does not have, whole directories by one name. Returns the hidden paths. */
function hideAbsent(
  { root, base, walked }: BaseInput,
  absent: ReadonlyMap<ByteText, ByteText>,
  same: ReadonlySet<ByteText>,
): readonly ByteText[] {
  const reason = `base commit: ${base.commit.id.slice(0, 12)} does not have it`;
  const partly = new Set<ByteText>();
  for (const path of [...base.entries.keys(), ...same])
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) partly.add(path.slice(0, at));
  const hidden = new Set<ByteText>();
  for (const [path, configuration] of absent)
    hidden.add(partly.has(configuration) || base.entries.has(configuration) ? path : configuration);
  for (const path of hidden) {
    const directory = statOf(root, path)?.isDirectory() === true;
    if (directory)
      for (const below of [...walked.hidden.keys()])
        if (below.startsWith(`${path}/`)) walked.hidden.delete(below);
    walked.hidden.set(path, { directory, reason });
  }
  return [...hidden];
}
