import pc from 'picocolors';
import { logJson } from '../../core/log-json.js';
import { systemProcesses } from '../../core/process.js';
import { diagnose } from '../../engine/doctor.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';
import { workflowChecks } from '../doctor/workflow-checks.js';
import { repositoryTop } from '../repository-top.js';

/** `cagent doctor`: exit code 1 when something would keep a run from working. */
export async function doctorCommand(
  parsed: ParsedArguments & { command: 'doctor' },
  context: CliContext,
): Promise<number> {
  const machine = await diagnose(systemProcesses, context.environment);
  const checks = [...machine, ...(await workflowChecks(repositoryTop(context.cwd)))];
  const healthy = checks.every((check) => check.status !== 'failed');
  if (parsed.json) {
    context.stdout.write(logJson({ healthy, checks }));
    return healthy ? 0 : 1;
  }
  const colours = pc.createColors(context.stdout.isTTY === true);
  const marks = {
    ok: colours.green('ok     '),
    warning: colours.yellow('warning'),
    failed: colours.red('failed '),
  };
  for (const { name, status, found, hint } of checks) {
    context.stdout.write(`${marks[status]} ${name}: ${found}\n`);
    if (hint !== undefined) context.stdout.write(`        ${hint}\n`);
  }
  return healthy ? 0 : 1;
}
