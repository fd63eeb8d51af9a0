import { allPages, orNotFound } from '../github/answers.js';
import type { GitHub } from '../github/client.js';
import type { RepositoryName } from '../github/repository-name.js';
import { hasMarker } from './comment-marker.js';

/** More comments than that are not looked through: the oldest are read first, and ours is an early one. */
const MOST_COMMENTS = 3_000;

export interface CommentPlace {
  readonly repository: RepositoryName;
  /** Of the pull request. */
  readonly number: number;
  /** Whose token it is: only comments of this login are ours. A marker alone can be forged. */
  readonly viewer: string;
}

/**
 * Writes the one comment that begins with `marker`: edits ours when there is one, else makes one.
 * @returns its address
 * @throws CagentError `github.*`
 */
export async function keepComment(
  github: GitHub,
  { repository, number, viewer }: CommentPlace,
  marker: string,
  body: string,
): Promise<string> {
  const comments = await allPages(
    (range) =>
      github.call('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...repository,
        issue_number: number,
        ...range,
      }),
    MOST_COMMENTS,
  );
  const ours = comments.find((comment) => comment.user?.login === viewer && hasMarker(comment.body, marker));
  if (ours !== undefined) {
    const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
    const edited = await orNotFound(github.call(route, { ...repository, comment_id: ours.id, body }));
    if (edited !== undefined) return edited.data.html_url;
    // Somebody has just deleted it.
  }
  const made = await github.call('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    ...repository,
    issue_number: number,
    body,
  });
  return made.data.html_url;
}
