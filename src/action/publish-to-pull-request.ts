import * as core from '@actions/core';
import type { OutputName } from '../config/outputs.js';
import type { Environment } from '../core/environment.js';
import type { RunResult } from '../engine/run-host.js';
import type { GitHub } from '../github/client.js';
import { viewerLogin } from '../github/repository-facts.js';
import type { Trigger } from '../github/trigger.js';
import { renderComment } from '../publish/comment-body.js';
import { commentKey, commentMarker } from '../publish/comment-marker.js';
import { postReview } from '../publish/review/post-review.js';
import { readReview } from '../publish/review/review.js';
import { runLinks } from '../publish/run-links.js';
import { type CommentPlace, keepComment } from '../publish/sticky-comment.js';
import type { ActionSettings } from './action-settings.js';

export interface PullRequestTarget {
  readonly trigger: Trigger;
  readonly settings: ActionSettings;
  readonly environment: Environment;
  readonly connect: () => GitHub;
  readonly artifactUrl: string;
}

/** Runs one part of publishing: one that fails takes no other with it. */
export type Attempt = (what: string, work: () => Promise<void>) => Promise<void>;

/** Writes the comment and the review of a run, where it belongs to a pull request and they are wanted. */
export async function publishToPullRequest(
  result: RunResult,
  target: PullRequestTarget,
  attempt: Attempt,
  setOutput: (name: OutputName, value: string) => void,
): Promise<void> {
  const { trigger, settings, environment, connect, artifactUrl } = target;
  const number = trigger.pullRequest?.number;
  if (number === undefined) {
    if (settings.review)
      core.notice('There is no review: this event is not about a pull request.', { title: 'cagent' });
    return;
  }
  const { report, changes } = result;
  const key = commentKey(environment, report.agent.name);
  const links = runLinks(environment, artifactUrl);
  let place: CommentPlace | undefined;
  const here = async (): Promise<CommentPlace> => {
    place ??= { repository: trigger.repository, number, viewer: await viewerLogin(connect()) };
    return place;
  };

  // The review first: it is what was asked for.
  if (settings.review) {
    await attempt('the review', async () => {
      const read = readReview(report.agent.structuredOutput);
      if ('problem' in read) {
        core.warning(
          `There is no review: the agent gave none in the form that was asked for (${read.problem}).`,
          {
            title: 'cagent',
          },
        );
        return;
      }
      const posted = await postReview(connect(), await here(), {
        key,
        links,
        agent: report.agent.name,
        review: read.review,
        headSha: trigger.pullRequest?.headSha,
        mayApprove: settings.reviewApprove,
      });
      if (posted.kind === 'nothing-new') {
        core.info('The review says nothing that an earlier one does not say, so it was not posted.');
        return;
      }
      if (posted.notice !== undefined) core.notice(posted.notice, { title: 'cagent' });
      setOutput('review-url', posted.url);
    });
  }
  if (settings.stickyComment) {
    await attempt('the comment on the pull request', async () => {
      const { finalMessage } = report.agent;
      const body = renderComment({
        key,
        report,
        changes,
        links,
        finalMessage: settings.review ? undefined : finalMessage,
      });
      setOutput(
        'comment-url',
        await keepComment(connect(), await here(), commentMarker('comment', key), body),
      );
    });
  }
}
