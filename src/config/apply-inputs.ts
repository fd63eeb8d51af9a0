import type { ActionInput } from './action-inputs.js';

/** Inputs of `org/cagent/apply`. apply/action.yml and its documentation are made from this. */
export const APPLY_ACTION_INPUTS = {
  artifact: {
    description:
      'Name of the artifact with the run directory, from a job of the same workflow run that this job needs.',
  },
  'run-directory': {
    description: 'Path of a run directory, instead of artifact, where the agent ran on this machine.',
  },
  'patch-file': {
    description: 'Path of a patch alone, instead of artifact, which applies to base-commit.',
  },
  'base-commit': { description: 'The commit that the patch of patch-file was made on, by its whole id.' },
  'patch-sha256': {
    description:
      'SHA-256 of the patch as the job of the agent told it in its output patch-sha256. Another patch is refused, whoever brought it.',
  },
  'github-token': {
    description:
      'Token that may write contents and pull requests, or the token of an app. Pull requests made with the default one start no workflows.',
    default: `\${{ github.token }}`,
  },
  workspace: {
    description:
      'Directory of the repository that the agent worked on, relative to its root. Without one it is the root.',
  },
  config: {
    description:
      'Configuration file on the base branch, relative to workspace, whose patch section holds. Without one it is cagent.yml, if there is one.',
  },
  'base-branch': {
    description:
      'Branch that the changes are for. Without one it is the branch of the workflow run, or the head of its pull request.',
  },
  'branch-prefix': {
    description: 'Beginning of the name of the branch that the changes go onto.',
    default: 'cagent/',
  },
  branch: {
    description:
      'Name of that branch after the prefix. Without one it is made of workflow and agent, so that each run updates the pull request of the one before.',
  },
  title: { description: 'Title of the pull request. Without one it is "Changes by" and the agent.' },
  'commit-message': { description: 'First line of the commit. Without one it is the title.' },
  'commit-name': {
    description:
      'Name of author and committer, together with commit-email. Without them GitHub commits as the owner of the token, and signs for apps.',
  },
  'commit-email': { description: 'Address of author and committer, together with commit-name.' },
  labels: { description: 'Labels for a new pull request. One a line, or with commas.' },
  reviewers: { description: 'Logins to ask for a review. One a line, or with commas.' },
  'team-reviewers': {
    description: 'Teams to ask for a review, by their short names. One a line, or with commas.',
  },
  draft: { description: 'Whether a new pull request is a draft: true or false.', default: 'false' },
  propose: {
    description:
      'What is proposed: changes (those of the agent) or allow-list (the hosts that a run with network: audit reached, added to network.allow of the configuration, as a draft).',
    default: 'changes',
  },
  'protected-files': {
    description:
      'What becomes of a patch that changes protected files: blocked, request-review (a draft that asks for reviews) or issue (one with the patch).',
    default: 'blocked',
  },
  'base-moved': {
    description:
      'When the base branch has changed the same files since: rebase (join both; what conflicts stays where the agent started) or report.',
    default: 'rebase',
  },
  'if-no-changes': {
    description: 'When there is nothing to propose: warn, error or ignore.',
    default: 'warn',
  },
  'auto-close': {
    description: 'Whether an open pull request is closed when nothing is left of it: true or false.',
    default: 'true',
  },
} as const satisfies Readonly<Record<string, ActionInput>>;

export type ApplyInputName = keyof typeof APPLY_ACTION_INPUTS;

/** What `org/cagent/apply` hands to later steps: name and meaning. */
export const APPLY_OUTPUTS = {
  result:
    'What came of it: created, updated, unchanged, closed, nothing, issue, blocked, over-cap, conflict, foreign or error.',
  'pull-request-number': 'Number of the pull request.',
  'pull-request-url': 'Address of the pull request.',
  'issue-url': 'Address of the issue, where there is one instead of a pull request.',
  branch: 'Branch that the changes are on.',
  commit: 'The commit with the changes.',
  'commit-verified': 'Whether GitHub calls the commit verified: true or false.',
  'changed-files': 'How many files the commit changes.',
} as const satisfies Readonly<Record<string, string>>;

export type ApplyOutputName = keyof typeof APPLY_OUTPUTS;
