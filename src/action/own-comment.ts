import type { Environment } from '../core/environment.js';
import type { GitHub } from '../github/client.js';
import { viewerLogin } from '../github/repository-facts.js';
import type { RepositoryName } from '../github/repository-name.js';
import type { Trigger } from '../github/trigger.js';
import { commentKey, commentMarker } from '../publish/comment-marker.js';
import { type CommentPlace, keepComment } from '../publish/sticky-comment.js';
import type { ActionSettings } from './action-settings.js';

/** Which comment on which pull request is the step's own. Plain data, which main can leave to the post step. */
export interface OwnComment {
  readonly repository: RepositoryName;
  /** Of the pull request. */
  readonly number: number;
  /** See `commentKey`. */
  readonly key: string;
  /** The agent, and what tells its job from others. */
  readonly title: string;
}

/** @returns `undefined` when the event is not about a pull request */
export function ownComment(
  { repository, pullRequest }: Trigger,
  { commentScope: { key, label } }: ActionSettings,
  environment: Environment,
  agent: string,
): OwnComment | undefined {
  if (pullRequest?.number === undefined) return undefined;
  return {
    repository,
    number: pullRequest.number,
    key: commentKey(environment, agent, key),
    title: label === '' ? agent : `${agent} (${label})`,
  };
}

export async function placeOf({ repository, number }: OwnComment, github: GitHub): Promise<CommentPlace> {
  return { repository, number, viewer: await viewerLogin(github) };
}

/** @returns the address of the comment */
export async function writeOwnComment(comment: OwnComment, github: GitHub, body: string): Promise<string> {
  const marker = commentMarker('comment', comment.key);
  return await keepComment(github, await placeOf(comment, github), marker, body);
}
