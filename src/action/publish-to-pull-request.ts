import * as core from '@actions/core';
import type { OutputName } from '../config/outputs.js';
import { displayText } from '../core/display-text.js';
import type { Environment } from '../core/environment.js';
import type { RunResult } from '../engine/run-host.js';
import type { GitHub } from '../github/client.js';
import { viewerLogin } from '../github/repository-facts.js';
import type { Trigger } from '../github/trigger.js';
import { renderComment } from '../publish/comment-body.js';
import { commentKey, commentMarker } from '../publish/comment-marker.js';
import { postReview } from '../publish/review/post-review.js';
import { type RunLinks, runLinks } from '../publish/run-links.js';
import { type CommentPlace, keepComment } from '../publish/sticky-comment.js';
import type { ActionSettings } from './action-settings.js';
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
  const number = trigger.pullRequest?.number;
  if (number === undefined) {
    if (settings.review) core.notice('There is no review: this event is not about a pull request.', TITLE);
    return;
  }
  const paper: Paper = {
    key: commentKey(environment, result.report.agent.name),
    links: runLinks(environment, artifactUrl),
    number,
    target,
  };
  // The review first: it is what was asked for.
  if (settings.review) await attempt('the review', () => publishReview(result, paper, setOutput));
  if (settings.stickyComment) {
    await attempt('the comment on the pull request', () => publishComment(result, paper, setOutput));
  }
}

type SetOutput = (name: OutputName, value: string) => void;

interface Paper {
  readonly key: string;
  readonly links: RunLinks;
  readonly number: number;
  readonly target: PullRequestTarget;
}

const TITLE = { title: 'cagent' };

async function publishReview(result: RunResult, paper: Paper, setOutput: SetOutput): Promise<void> {
  const { key, links, target } = paper;
  const read = reviewOfRun(result);
  if ('problem' in read) {
    core.warning(`There is no review in the form that was asked for: ${displayText(read.problem)}.`, TITLE);
    return;
  }
  const posted = await postReview(target.connect(), await placeOf(paper), {
    key,
    links,
    agent: result.report.agent.name,
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
  const { key, links, target } = paper;
  const finalMessage = target.settings.review ? undefined : report.agent.finalMessage;
  const body = renderComment({ key, report, changes, links, finalMessage });
  const place = await placeOf(paper);
  setOutput('comment-url', await keepComment(target.connect(), place, commentMarker('comment', key), body));
}

async function placeOf({ number, target }: Paper): Promise<CommentPlace> {
  const { connect, trigger } = target;
  return { repository: trigger.repository, number, viewer: await viewerLogin(connect()) };
}
