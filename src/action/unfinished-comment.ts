import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@actions/core';
import type { Changes } from '../changes/changes.js';
import type { Environment } from '../core/environment.js';
import { asCagentError, messageOf } from '../core/errors.js';
import type { GitHub } from '../github/client.js';
import { renderComment, renderUnfinished } from '../publish/comment-body.js';
import { runLinks } from '../publish/run-links.js';
import type { Report } from '../report/report.js';
import { type OwnComment, ownComment, writeOwnComment } from './own-comment.js';
import type { PublishPlace } from './publish.js';
import { saveState } from './state.js';

type Place = Pick<PublishPlace, 'settings' | 'environment' | 'trigger' | 'connect'>;

/** Leaves it to the post step to say in the comment how this step ended, unless main itself gets to it. */
export function promiseComment(
  { settings, environment, trigger }: Place,
  agent: string,
): OwnComment | undefined {
  const comment = settings.stickyComment ? ownComment(trigger, settings, environment, agent) : undefined;
  saveState({ comment });
  return comment;
}

/** Says in the comment that cagent itself has failed, and in which way. Never throws. */
export async function commentOnError(
  comment: OwnComment,
  thrown: unknown,
  { environment, connect }: Pick<Place, 'environment' | 'connect'>,
): Promise<void> {
  saveState({ comment: undefined });
  const { code } = asCagentError(thrown);
  const body = renderUnfinished({ ...comment, links: runLinks(environment, ''), error: code });
  try {
    await writeOwnComment(comment, connect(), body);
  } catch (failure) {
    core.warning(`The comment on the pull request could not be written: ${messageOf(failure)}`, {
      title: 'cagent',
    });
  }
}

/** Says in the comment what a cancelled step had no time to say: how the run ended, or that nobody knows. */
export async function commentAfterwards(
  comment: OwnComment,
  runDirectory: string,
  github: GitHub,
  environment: Environment,
  artifactUrl: string,
): Promise<void> {
  const links = runLinks(environment, artifactUrl);
  const report = await read<Report>(runDirectory, 'report.json');
  const changes = await read<Changes>(runDirectory, 'changes.json');
  const body =
    report === undefined
      ? renderUnfinished({ ...comment, links })
      : renderComment({ ...comment, report, changes, links, finalMessage: report.agent.finalMessage });
  await writeOwnComment(comment, github, body);
}

/** What main wrote; `undefined` when it did not get so far. */
async function read<T>(directory: string, name: string): Promise<T | undefined> {
  if (directory === '') return undefined;
  try {
    return JSON.parse(await readFile(join(directory, name), 'utf8')) as T;
  } catch {
    return undefined;
  }
}
