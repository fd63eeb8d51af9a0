import { resolveRunSpec } from '../../config/resolve.js';
import { logJson } from '../../core/log-json.js';
import type { ParsedArguments } from '../arguments.js';
import type { CommandContext } from '../cli-context.js';
import { runHere } from './run-here.js';

/** `cagent run`: exits with the agent's own code. With `--json`, standard output is the report and nothing else. */
export async function runCommand(
  { flags, json }: ParsedArguments & { command: 'run' | 'plan' },
  context: CommandContext,
): Promise<number> {
  const { environment, cwd, stdout, stderr, openBase } = context;
  const spec = await resolveRunSpec({ flags, cwd, environment, purpose: 'run', openBase });
  const { report, exitCode } = await runHere(spec, context, { stdout: json ? stderr : stdout });
  if (json) stdout.write(logJson(report));
  return exitCode;
}
