import * as core from '@actions/core';
import { isRunId, type RunId } from '../core/run-id.js';
import type { OwnComment } from './own-comment.js';

/** What main hands over to post. Never a secret: the runner keeps state on its disk. */
export interface ActionState {
  /** Known before the first Docker object exists. */
  readonly runId: RunId | undefined;
  readonly runDirectory: string;
  readonly keep: boolean;
  /** Name of the artifact that is still to be uploaded; empty when there is none to do. */
  readonly artifactName: string;
  /** The comment that has to tell how the step ended; `undefined` when it does, or none is wanted. */
  readonly comment: OwnComment | undefined;
  /** References of images that were made here and are not in the cache. */
  readonly imagesToSave: readonly string[];
}

const KEYS = {
  runId: 'run-id',
  runDirectory: 'run-directory',
  keep: 'keep',
  artifactName: 'artifact-name',
  comment: 'comment',
  imagesToSave: 'images-to-save',
} as const satisfies Record<keyof ActionState, string>;

/** Saves some of the state; a later value replaces an earlier one. */
export function saveState(state: Partial<ActionState>): void {
  for (const [name, value] of Object.entries(state))
    core.saveState(KEYS[name as keyof ActionState], value ?? '');
}

export function readState(): ActionState {
  const runId = core.getState(KEYS.runId);
  return {
    runId: isRunId(runId) ? runId : undefined,
    runDirectory: core.getState(KEYS.runDirectory),
    keep: core.getState(KEYS.keep) === 'true',
    artifactName: core.getState(KEYS.artifactName),
    comment: commentOf(core.getState(KEYS.comment)),
    imagesToSave: stringsOf(core.getState(KEYS.imagesToSave)),
  };
}

function commentOf(json: string): OwnComment | undefined {
  try {
    return json === '' ? undefined : (JSON.parse(json) as OwnComment);
  } catch {
    return undefined;
  }
}

function stringsOf(json: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
