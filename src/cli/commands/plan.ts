import { PassThrough } from 'node:stream';
import { resolveRunSpec } from '../../config/resolve.js';
import { systemClock } from '../../core/clock.js';
import { systemProcesses } from '../../core/process.js';
import { createRunId } from '../../core/run-id.js';
import { planEarly, planLate } from '../../engine/plan-run.js';
import { renderPlan } from '../../report/plan-text.js';
import type { ParsedArguments } from '../arguments.js';
import { type CommandContext, runsDirectoryOf } from '../cli-context.js';

/** `cagent plan`: prints what `run` would do and touches nothing. */
export async function planCommand(
  parsed: ParsedArguments & { command: 'run' | 'plan' },
  context: CommandContext,
): Promise<number> {
  const { environment, cwd, stdout, openBase } = context;
  const spec = await resolveRunSpec({ flags: parsed.flags, cwd, environment, purpose: 'run', openBase });
  const host = {
    processes: systemProcesses,
    environment,
    clock: systemClock,
    reporter: { event: () => {} },
    stdin: 'none',
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    cancel: new AbortController().signal,
    onBrokenPipe: () => {},
    installation: context.installation,
    runsDirectory: runsDirectoryOf(context),
    // A plan touches nothing, the cache neither.
    cacheDirectory: undefined,
  } as const;
  const early = planEarly(spec, host, createRunId(systemClock.now()));
  const plan = await planLate(spec, host, early, spec.out);
  stdout.write(parsed.json ? `${JSON.stringify(plan, null, 2)}\n` : renderPlan(plan));
  return 0;
}
