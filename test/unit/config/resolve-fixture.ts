import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import { resolveRunSpec } from '../../../src/config/resolve.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import type { Environment } from '../../../src/core/environment.js';
import { CagentError } from '../../../src/core/errors.js';

/** A directory for each test, with a workspace in it; both are made anew before each test. */
export let root: string;
export let workspace: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'cagent-config-')));
  workspace = join(root, 'ws');
  mkdirSync(join(workspace, 'docker/agent'), { recursive: true });
  writeFileSync(join(workspace, 'docker/agent/Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(workspace, 'task.md'), 'Tidy up.\n');
  writeFileSync(join(workspace, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  writeFileSync(join(root, 'outside.md'), 'a secret of the host');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

export const ENVIRONMENT = { API_KEY: 'value-of-the-key', EMPTY: '' };

interface Setting {
  readonly config?: string;
  readonly cwd?: string;
  readonly purpose?: 'run' | 'shell' | 'build';
  readonly environment?: Environment;
}

/** Resolves `cagent run ARGV` in the workspace, with the text of a cagent.yml. */
export async function run(
  argv: readonly string[],
  { config, cwd = workspace, purpose = 'run', environment = ENVIRONMENT }: Setting = {},
): Promise<RunSpec> {
  if (config !== undefined) writeFileSync(join(workspace, 'cagent.yml'), config);
  const parsed = parseArguments([purpose, ...argv]);
  if (!('flags' in parsed)) throw new CagentError('internal.bug', 'no flags');
  return resolveRunSpec({ flags: parsed.flags, cwd, environment, purpose });
}

export async function failure(
  result: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string }> {
  const thrown = await result.then(
    (value) => new CagentError('internal.bug', `was accepted: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(CagentError);
  const { code, message } = thrown as CagentError;
  return { code, message };
}
