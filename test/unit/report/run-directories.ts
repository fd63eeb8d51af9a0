import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { CagentError } from '../../../src/core/errors.js';
import { openRunDirectory, type RunDirectory } from '../../../src/report/run-directory.js';
import type { RunResults } from '../../../src/report/run-results.js';
import { changes, plan, RUN_ID, sampleReport } from './samples.js';

export const KEY = 'sk-ant-0123456789abcdef';
export const secrets = [{ name: 'KEY', value: KEY }];

/** A new place for each test of a file. */
export interface Place {
  /** Exists and is removed after the test. */
  base: string;
  /** The run directory; does not exist yet, nor do its parents below `base`. */
  out: string;
}

export function places(): Place {
  const place: Place = { base: '', out: '' };
  beforeEach(async () => {
    place.base = await mkdtemp(join(tmpdir(), 'cagent-report-'));
    place.out = join(place.base, 'deep', 'er', 'out');
  });
  afterEach(() => rm(place.base, { recursive: true, force: true }));
  return place;
}

export function open(
  path: string,
  options: { secrets?: typeof secrets; agentLogBytes?: number; egressLogBytes?: number } = {},
): Promise<RunDirectory> {
  return openRunDirectory(path, { runId: RUN_ID, secrets, ...options });
}

export function read(place: Place, name: string): Promise<string> {
  return readFile(join(place.out, name), 'utf8');
}

/** A captured patch somewhere else, as the capture leaves it. */
export function patchFile(place: Place, text: string): string {
  const path = join(place.base, `${randomUUID()}.patch`);
  writeFileSync(path, text);
  return path;
}

export function results(place: Place, overrides: Partial<RunResults> = {}): RunResults {
  return {
    report: sampleReport(),
    plan,
    changes,
    patch: patchFile(place, 'diff --git a/x b/x\n'),
    ...overrides,
  };
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

export async function failure(promise: Promise<unknown>): Promise<CagentError> {
  const error = await failureOf(promise);
  expect(error).toBeInstanceOf(CagentError);
  return error as CagentError;
}
