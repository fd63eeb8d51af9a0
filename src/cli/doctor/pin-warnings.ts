import type { YAMLMap } from 'yaml';
import { textOf } from './workflow-yaml.js';

/** Adds a warning at the place of a node. */
export type Warn = (node: unknown, found: string, hint: string) => void;

/** cagent, one of its parts, or one of its workflows; with what comes behind the `@`. */
export const CAGENT_OR_PART = /^[\w.-]+\/cagent(?:\/[^@]*)?@(.+)$/;
/** An action of another repository, with the owner, and what comes behind the `@`. */
const REMOTE = /^([\w.-]+)\/[\w.-]+(?:\/[^@]*)?@(.+)$/;
/** Who keeps these has the runner in hand anyway. */
const OF_GITHUB: readonly string[] = ['actions', 'github'];

export function judgeCagentPin(step: YAMLMap, warn: Warn): void {
  const ref = CAGENT_OR_PART.exec(textOf(step, 'uses'))?.[1];
  if (ref === undefined || isCommit(ref) || isVersion(ref)) return;
  warn(
    step.get('uses', true),
    `cagent is used at ${ref}, which can become something else at any time`,
    'Pin it by the commit of a release, with the version in a comment; "cagent init" shows how.',
  );
}

/** Everything beside an agent and its token, at what can be moved: each of strangers, those of known owners in one line. */
export function judgePins(
  users: readonly YAMLMap[],
  ownOwner: string | undefined,
  warn: Warn,
  advise: Warn,
): void {
  const known: YAMLMap[] = [];
  for (const user of users) {
    const uses = textOf(user, 'uses');
    const [, owner = '', ref = ''] = REMOTE.exec(uses) ?? [];
    if (ref === '' || isCommit(ref)) continue;
    const isCagent = CAGENT_OR_PART.test(uses);
    if (isCagent && !isVersion(ref)) continue;
    if (isCagent || (isVersion(ref) && [...OF_GITHUB, ownOwner].includes(owner))) known.push(user);
    else
      warn(
        user.get('uses', true),
        `${uses} is no fixed commit: who can move ${ref} decides what runs beside the agent`,
        'Pin it by the whole id of a commit, with the version in a comment, which dependabot keeps current.',
      );
  }
  const [first] = known;
  if (first === undefined) return;
  const names = [...new Set(known.map((user) => textOf(user, 'uses')))].join(', ');
  advise(
    first.get('uses', true),
    `by tags of known owners: ${names}`,
    'A commit in the place of a tag cannot be moved.',
  );
}

function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}$/.test(ref);
}

function isVersion(ref: string): boolean {
  return /^v?\d/.test(ref);
}
