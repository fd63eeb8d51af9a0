import type { ActionInput } from '../config/action-inputs.js';
import { APPLY_ACTION_INPUTS, type ApplyInputName } from '../config/apply-inputs.js';
import { nearest, quote } from '../config/found.js';
import { CagentError } from '../core/errors.js';
import { isBranchName } from '../github/branch-name.js';
import { isLogin } from '../github/trigger-policy.js';
import { isArtifactName } from '../publish/artifact-name.js';
import type { ProposalSettings } from '../publish/proposal/proposal.js';

type Inputs = Readonly<Record<string, string>>;
type FromInputs = Pick<
  ProposalSettings,
  | 'directory'
  | 'config'
  | 'title'
  | 'commitMessage'
  | 'identity'
  | 'labels'
  | 'reviewers'
  | 'teamReviewers'
  | 'draft'
  | 'protectedFiles'
  | 'baseMoved'
  | 'autoClose'
>;

/** What the inputs say; which branches are meant is found out from the event. */
export interface ApplySettings {
  readonly source:
    | { readonly kind: 'artifact'; readonly name: string }
    | { readonly kind: 'directory'; readonly path: string }
    | { readonly kind: 'patch'; readonly path: string; readonly baseCommit: string };
  readonly patchSha256: string | undefined;
  readonly baseBranch: string | undefined;
  readonly branchPrefix: string;
  readonly branch: string | undefined;
  readonly propose: 'changes' | 'allow-list';
  readonly ifNoChanges: 'warn' | 'error' | 'ignore';
  readonly proposal: FromInputs;
}

export const APPLY_INPUT_NAMES = Object.keys(APPLY_ACTION_INPUTS) as readonly ApplyInputName[];

/** @throws CagentError `config.invalid` with every input that is not as it should be */
export function applySettings(inputs: Inputs): ApplySettings {
  const problems: string[] = [];
  const read = reader(inputs, problems);
  for (const name of Object.keys(inputs)) {
    if ((APPLY_INPUT_NAMES as readonly string[]).includes(name)) continue;
    problems.push(
      `input ${name}: unknown input, allowed: ${APPLY_INPUT_NAMES.join(', ')}, nearest: ${nearest(name, APPLY_INPUT_NAMES)}`,
    );
  }
  const settings: ApplySettings = {
    source: sourceOf(read, problems),
    patchSha256: read.matching('patch-sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits') || undefined,
    baseBranch: read.branch('base-branch') || undefined,
    branchPrefix: prefixOf(read, problems),
    branch: read.branch('branch') || undefined,
    propose: read.oneOf('propose', ['changes', 'allow-list']),
    ifNoChanges: read.oneOf('if-no-changes', ['warn', 'error', 'ignore']),
    proposal: {
      directory: read.path('workspace').replace(/\/+$/, ''),
      config: read.path('config'),
      title: read.text('title'),
      commitMessage: read.text('commit-message'),
      identity: identityOf(read, problems),
      labels: read.list('labels', (label) => label.length <= 50, 'labels of at most 50 characters'),
      reviewers: read.list('reviewers', isLogin, 'logins'),
      teamReviewers: read.list(
        'team-reviewers',
        (team) => /^[\w-]+$/.test(team),
        'short names of teams, without the organisation',
      ),
      draft: read.oneOf('draft', ['true', 'false']) === 'true',
      protectedFiles: read.oneOf('protected-files', ['blocked', 'request-review', 'issue']),
      baseMoved: read.oneOf('base-moved', ['rebase', 'report']),
      autoClose: read.oneOf('auto-close', ['true', 'false']) === 'true',
    },
  };
  if (settings.propose === 'allow-list' && settings.source.kind === 'patch')
    problems.push(
      'input propose: found "allow-list" and a patch-file, allowed: an artifact or a run-directory',
    );
  if (problems.length > 0) throw new CagentError('config.invalid', problems.join('; '));
  return settings;
}

type Reader = ReturnType<typeof reader>;

function reader(inputs: Inputs, problems: string[]) {
  function complain(name: ApplyInputName, found: string, allowed: string): void {
    problems.push(`input ${name}: found ${quote(found)}, allowed: ${allowed}`);
  }
  function text(name: ApplyInputName): string {
    const spec: ActionInput = APPLY_ACTION_INPUTS[name];
    return inputs[name]?.trim() || (spec.default ?? '');
  }
  function checked(name: ApplyInputName, isAllowed: (text: string) => boolean, allowed: string): string {
    const found = text(name);
    if (found !== '' && !isAllowed(found)) complain(name, found, allowed);
    return found;
  }
  return {
    text,
    matching: (name: ApplyInputName, pattern: RegExp, allowed: string) =>
      checked(name, (found) => pattern.test(found), allowed),
    branch: (name: ApplyInputName) =>
      checked(name, isBranchName, 'the name of a branch: letters, digits and . _ / -'),
    path: (name: ApplyInputName) =>
      checked(name, isRelativePath, 'a path relative to the repository, without ..'),
    oneOf<T extends string>(name: ApplyInputName, choices: readonly T[]): T {
      const found = text(name);
      if (!(choices as readonly string[]).includes(found)) complain(name, found, choices.join(', '));
      return found as T;
    },
    list(name: ApplyInputName, isAllowed: (item: string) => boolean, allowed: string): readonly string[] {
      const items = text(name)
        .split(/[\n\r,]/)
        .map((item) => item.trim())
        .filter((item) => item !== '');
      for (const item of items) if (!isAllowed(item)) complain(name, item, allowed);
      return items;
    },
  };
}

function sourceOf(read: Reader, problems: string[]): ApplySettings['source'] {
  const [name, path, patch] = [read.text('artifact'), read.text('run-directory'), read.text('patch-file')];
  const baseCommit = read.matching('base-commit', /^[0-9a-f]{40}$/, '40 hexadecimal digits');
  const given = [name, path, patch].filter((text) => text !== '').length;
  if (given !== 1) {
    problems.push(
      `input artifact, input run-directory and input patch-file: ${['none', '', 'two', 'all'][given]} given, allowed: one of them`,
    );
  } else if (name !== '' && !isArtifactName(name)) {
    problems.push(`input artifact: found ${quote(name)}, allowed: the name of an artifact`);
  } else if ((patch === '') !== (baseCommit === '')) {
    problems.push('input patch-file and input base-commit: one is given, allowed: both or none');
  }
  if (patch !== '') return { kind: 'patch', path: patch, baseCommit };
  return path === '' ? { kind: 'artifact', name } : { kind: 'directory', path };
}

function prefixOf(read: Reader, problems: string[]): string {
  const prefix = read.text('branch-prefix');
  if (!isBranchName(`${prefix}x`)) {
    problems.push(
      `input branch-prefix: found ${quote(prefix)}, allowed: the beginning of a branch's name, such as cagent/`,
    );
  }
  return prefix;
}

function identityOf(read: Reader, problems: string[]): ProposalSettings['identity'] {
  const name = read.matching('commit-name', /^[^<>\p{Cc}]{1,100}$/u, 'a name without < and >');
  const email = read.matching('commit-email', /^[^<>\s\p{Cc}]+@[^<>\s\p{Cc}]+$/u, 'an address');
  if ((name === '') !== (email === ''))
    problems.push('input commit-name and input commit-email: one is given, allowed: both or none');
  return name === '' || email === '' ? undefined : { name, email };
}

function isRelativePath(path: string): boolean {
  const parts = path.replace(/\/+$/, '').split('/');
  return parts.every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\\p{Cc}]/u.test(path);
}
