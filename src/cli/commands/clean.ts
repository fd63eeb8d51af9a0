import { systemProcesses } from '../../core/process.js';
import { createDocker } from '../../docker/client.js';
import { cleanUp } from '../../engine/clean.js';
import type { CliContext } from '../cli-context.js';

/** `cagent clean`: removes what dead runs left behind; living runs are left alone. */
export async function cleanCommand(context: CliContext): Promise<number> {
  const docker = createDocker(systemProcesses, context.environment);
  const { removed, problems } = await cleanUp(docker);
  for (const line of removed) context.stdout.write(`removed ${line}\n`);
  for (const problem of problems) context.stderr.write(`cagent: ${problem}\n`);
  if (removed.length === 0 && problems.length === 0) context.stdout.write('nothing to remove\n');
  return problems.length === 0 ? 0 : 1;
}
