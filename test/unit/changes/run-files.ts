import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CAPTURE_LIMITS } from '../../../src/changes/capture-limits.js';
import { readEnvironment } from '../../../src/core/environment.js';
import { systemProcesses } from '../../../src/core/process.js';

export const ports = { processes: systemProcesses, env: readEnvironment() };

const GIT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  // A newer git goes on behind a command that is over, and would touch what a test compares or removes.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'maintenance.auto',
  GIT_CONFIG_VALUE_0: 'false',
};

/** Runs a script of bash and fails the test when it fails. */
export async function bash(cwd: string, script: string): Promise<string> {
  const env = { ...readEnvironment(), ...GIT };
  const result = await systemProcesses.run({ file: 'bash', args: ['-ec', script], cwd, env });
  if (result.exitCode !== 0)
    throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr.toString()}`);
  return result.stdout.toString('utf8');
}

/** A directory with `w` (workspace), `u` (upper or scratch) and `run` (run directory). */
export async function makePlace(): Promise<{ base: string; root: string; upper: string; run: string }> {
  const base = await mkdtemp(join(tmpdir(), 'cagent-unit-'));
  const [root, upper, run] = [join(base, 'w'), join(base, 'u'), join(base, 'run')];
  for (const directory of [root, upper, run]) await mkdir(directory);
  return { base, root, upper, run };
}

/** What every capture in the tests has in common. */
export function captureDefaults(place: { root: string; run: string }) {
  return {
    root: place.root,
    hidden: [],
    baseCommit: undefined,
    limits: DEFAULT_CAPTURE_LIMITS,
    outPatch: join(place.run, 'changes.patch'),
    ...ports,
  };
}
