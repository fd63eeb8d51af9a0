import { clip, displayText } from '../../core/display-text.js';
import { findPreset } from '../../egress/presets/index.js';
import { hostsInPreset } from '../../egress/suggest.js';
import { code, fenced } from '../../report/markdown-text.js';
import { plural } from '../../report/wording.js';
import { RUN_TRAILER } from './own-branch.js';
import type { ProposalSettings, PullRequestOutcome, VerifiedRun } from './proposal.js';

/** GitHub takes 65,536 characters; a part of ours should not push the rest out. */
const LONGEST_MESSAGE = 20_000;
const LONGEST_INLINE_PATCH = 55_000;
const MOST_PATHS = 100;
const MOST_HOSTS = 10;

/** Begins the body of every pull request and issue of ours. Proves nothing alone: the author counts too. */
export function proposalMarker(branch: string): string {
  return `<!-- cagent:apply:${branch} -->`;
}

export function proposalTitle({ title }: ProposalSettings, { agent }: VerifiedRun): string {
  return clip(displayText(title || (agent === undefined ? 'Apply a patch' : `Changes by ${agent}`)), 200);
}

/** One line of what, and the run that it came from. Text of the agent has no place here: GitHub acts on `Fixes #1`. */
export function commitMessage(settings: ProposalSettings, run: VerifiedRun): string {
  const subject =
    settings.commitMessage === '' ? proposalTitle(settings, run) : displayText(settings.commitMessage);
  return `${clip(subject, 200)}\n\n${RUN_TRAILER} ${run.runId}`;
}

export interface BodyParts {
  readonly paths: readonly string[];
  readonly guarded: readonly string[];
  readonly excluded: readonly string[];
  readonly base: PullRequestOutcome['base'];
  /** Entries of `network.allow`, where the pull request is about these. */
  readonly allowed?: readonly string[] | undefined;
}

export function proposalBody(settings: ProposalSettings, run: VerifiedRun, parts: BodyParts): string {
  return [
    proposalMarker(settings.branch),
    `${authorWords(run, parts)} ${sourceOf(settings, run)}`,
    ...guardedWords(parts.guarded),
    ...baseWords(parts.base, settings.baseBranch),
    parts.allowed === undefined
      ? listing('Changed', parts.paths)
      : listing('Added to `network.allow`', parts.allowed, (entry) => reachedWords(entry, run)),
    ...(parts.excluded.length === 0 ? [] : [listing('Left out by `patch.excluded`', parts.excluded)]),
    ...finalWords(run),
    'The next run replaces the commit on this branch. A commit of somebody else on it makes cagent stop instead.',
  ].join('\n\n');
}

/** The body of an issue that stands for a pull request that must not be opened. */
export function issueBody(
  settings: ProposalSettings,
  run: VerifiedRun,
  {
    guarded,
    patch,
    start,
  }: { readonly guarded: readonly string[]; readonly patch: string; readonly start: string },
): string {
  const inline = patch.length <= LONGEST_INLINE_PATCH;
  return [
    proposalMarker(settings.branch),
    `${run.agent === undefined ? 'A patch' : code(run.agent)} proposes changes to protected files. A person has to decide and apply them. ${sourceOf(settings, run)}`,
    listing('Protected', guarded),
    `To apply the patch:\n\n${fenced(applyByHand(settings, start), 'sh')}`,
    inline
      ? `<details><summary>The patch</summary>\n\n${fenced(patch, 'diff')}\n\n</details>`
      : 'The patch is too long for an issue; it is in the artifact of the run.',
    ...finalWords({ ...run, finalMessage: inline ? '' : run.finalMessage }),
  ].join('\n\n');
}

/** Commands that put the patch on a new branch at the commit that the agent started from. */
export function applyByHand(settings: ProposalSettings, start: string): string {
  const { artifact, workflowRunId: id, branch, directory } = settings;
  const fetch =
    artifact === undefined || id === ''
      ? '# put the patch at cagent-run/changes.patch'
      : `gh run download ${id} --name ${quoteWord(artifact)} --dir cagent-run`;
  const inside = directory === '' ? '' : ` --directory ${quoteWord(directory)}`;
  return [
    fetch,
    `git fetch origin ${start}`,
    `git switch --create ${branch}-by-hand ${start}`,
    `git apply --index${inside} cagent-run/changes.patch`,
  ].join('\n');
}

function authorWords({ agent = '' }: VerifiedRun, { paths, allowed }: BodyParts): string {
  if (allowed !== undefined)
    return `In audit mode ${code(agent)} reached what the configuration does not allow. Keep what it needs: what an agent asked for is not always that.`;
  const files = plural(paths.length, 'file');
  return agent === ''
    ? `A patch that changes ${files}; cagent checked and applied it.`
    : `${code(agent)} changed ${files} in a sandbox; cagent checked and applied the patch.`;
}

function sourceOf({ runUrl }: ProposalSettings, { runId }: VerifiedRun): string {
  return runUrl === '' ? `Run ${code(runId)}.` : `Run [${runId}](${runUrl}).`;
}

function guardedWords(guarded: readonly string[]): readonly string[] {
  if (guarded.length === 0) return [];
  return [
    `> [!WARNING]\n> This changes protected files. Look at them before anything else.\n\n${listing('Protected', guarded)}`,
  ];
}

function baseWords(base: BodyParts['base'], branch: string): readonly string[] {
  switch (base) {
    case 'same':
      return [];
    case 'rebased':
      return [`${code(branch)} has moved on since the agent started, in other files.`];
    case 'merged':
      return [
        `${code(branch)} has changed some of the same files since the agent started; both changes were joined.`,
      ];
    case 'behind':
      return [
        `> [!WARNING]\n> ${code(branch)} has changed the same lines since the agent started. The commit is where the agent started; the conflicts are for a person.`,
      ];
  }
}

/** A preset lets in more than what was reached, and by its name alone nobody can judge it. */
function reachedWords(entry: string, { reached }: VerifiedRun): string {
  const value: unknown = JSON.parse(entry);
  const preset = typeof value === 'string' ? findPreset(value) : undefined;
  if (preset === undefined) return '';
  const hosts = hostsInPreset(preset, reached);
  if (hosts.length === 0) return ' for hosts that an earlier run reached';
  const more = hosts.length - MOST_HOSTS;
  const shown = hosts.slice(0, MOST_HOSTS).map((host) => code(host));
  return ` for ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
}

function listing(title: string, paths: readonly string[], note = (_path: string): string => ''): string {
  const shown = paths.slice(0, MOST_PATHS).map((path) => `- ${code(path)}${note(path)}`);
  const rest = paths.length - shown.length;
  return [`**${title}**\n`, ...shown, ...(rest > 0 ? [`- … and ${plural(rest, 'more file')}`] : [])].join(
    '\n',
  );
}

function finalWords({ finalMessage }: VerifiedRun): readonly string[] {
  if (finalMessage.trim() === '') return [];
  const text = fenced(clip(finalMessage, LONGEST_MESSAGE), 'text');
  return [`<details><summary>What the agent said</summary>\n\n${text}\n\n</details>`];
}

function quoteWord(text: string): string {
  return /^[\w./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
