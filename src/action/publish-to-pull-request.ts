import * as core from '@actions/core';
import type { OutputName } from '../config/outputs.js';
import { displayText } from '../core/display-text.js';
import type { Environment } from '../core/environment.js';
import type { RunResult } from '../engine/run-host.js';
import type { GitHub } from '../github/client.js';
import type { Trigger } from '../github/trigger.js';
import { renderComment } from '../publish/comment-body.js';
import { postReview } from '../publish/review/post-review.js';
import { type RunLinks, runLinks } from '../publish/run-links.js';
import type { ActionSettings } from './action-settings.js';
import { type OwnComment, ownComment, placeOf, writeOwnComment } from './own-comment.js';
import { reviewOfRun } from './review-of-run.js';

export interface PullRequestTarget {
  readonly trigger: Trigger;
  readonly settings: ActionSettings;
  readonly environment: Environment;
  readonly connect: () => GitHub;
  readonly artifactUrl: string;
  /** The run was one for code from a fork, whose author may have told the agent what to say. */
  readonly isRestricted: boolean;
}

/** Runs one part of publishing: one that fails takes no other with it. */
export type Attempt = (what: string, work: () => Promise<void>) => Promise<void>;

/** Writes the review and the comment of a run, where it belongs to a pull request and they are wanted. */
export async function publishToPullRequest(
  result: RunResult,
  target: PullRequestTarget,
  attempt: Attempt,
  setOutput: SetOutput,
): Promise<void> {
  const { trigger, settings, environment, artifactUrl } = target;
  const own = ownComment(trigger, settings, environment, result.report.agent.name);
  if (own === undefined) {
    if (settings.review) core.notice('There is no review: this event is not about a pull request.', TITLE);
    return;
  }
  const paper: Paper = { own, links: runLinks(environment, artifactUrl), target };
  // The review first: it is what was asked for.
  if (settings.review) await attempt('the review', () => publishReview(result, paper, setOutput));
  if (settings.stickyComment) {
    await attempt('the comment on the pull request', () => publishComment(result, paper, setOutput));
  }
}

type SetOutput = (name: OutputName, value: string) => void;

interface Paper {
  readonly own: OwnComment;
  readonly links: RunLinks;
  readonly target: PullRequestTarget;
}

const TITLE = { title: 'cagent' };

async function publishReview(result: RunResult, paper: Paper, setOutput: SetOutput): Promise<void> {
  const { own, links, target } = paper;
  const read = reviewOfRun(result);
  if ('problem' in read) {
    core.warning(`There is no review in the form that was asked for: ${displayText(read.problem)}.`, TITLE);
    return;
  }
  const github = target.connect();
  const posted = await postReview(github, await placeOf(own, github), {
    key: own.key,
    links,
    agent: own.title,
    review: read.review,
    headSha: target.trigger.pullRequest?.headSha,
    mayApprove: target.settings.reviewApprove && !target.isRestricted,
    mayLift: !target.isRestricted,
  });
  if (posted.kind === 'nothing-new') {
    core.info('The review says nothing that an earlier one does not say, so it was not posted.');
    return;
  }
  if (posted.notice !== undefined) core.notice(posted.notice, TITLE);
  setOutput('review-url', posted.url);
}

async function publishComment(
  { report, changes }: RunResult,
  paper: Paper,
  setOutput: SetOutput,
): Promise<void> {
  const { own, links, target } = paper;
  const finalMessage = target.settings.review ? undefined : report.agent.finalMessage;
  const body = renderComment({ ...own, report, changes, links, finalMessage });
  setOutput('comment-url', await writeOwnComment(own, target.connect(), body));
}
