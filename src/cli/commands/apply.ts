import { resolve } from 'node:path';
import { applyRun } from '../../changes/apply-run.js';
import { resolvePatchPolicy } from '../../config/resolve.js';
import { logJson } from '../../core/log-json.js';
import { displayPath } from '../../core/path-text.js';
import { systemProcesses } from '../../core/process.js';
import type { ParsedArguments } from '../arguments.js';
import type { CommandContext } from '../cli-context.js';

/** `cagent apply RUN_DIR`: to the index and the working tree of the checkout, or not at all. Nothing is committed. */
export async function applyCommand(
  parsed: ParsedArguments & { command: 'apply' },
  context: CommandContext,
): Promise<number> {
  const { cwd, environment, stdout, stderr, openBase } = context;
  const { workspace, patch } = await resolvePatchPolicy(parsed.flags, cwd, openBase);
  const result = await applyRun({
    runDirectory: resolve(cwd, parsed.runDirectory),
    checkout: workspace,
    policy: patch,
    threeWay: true,
    processes: systemProcesses,
    env: environment,
  });
  if (parsed.json) {
    stdout.write(logJson(result));
    return 0;
  }
  for (const path of result.applied) stdout.write(`${displayPath(path)}\n`);
  for (const path of result.excluded)
    stderr.write(`cagent: left out by patch.excluded: ${displayPath(path)}\n`);
  for (const { path, reason } of result.rejected)
    stderr.write(`cagent: not in the patch: ${displayPath(path)} (${displayPath(reason)})\n`);
  const merged = result.merged ? ', merged since the branch has moved on' : '';
  stderr.write(
    `cagent: ${result.applied.length} file(s) changed in the index and the working tree${merged}; nothing is committed\n`,
  );
  return 0;
}
