import { PassThrough } from 'node:stream';
import { agentCredentials, missingKeys } from '../../agents/agent-plan.js';
import { resolveRunSpec } from '../../config/resolve.js';
import { systemClock } from '../../core/clock.js';
import { logJson } from '../../core/log-json.js';
import { systemProcesses } from '../../core/process.js';
import { createRunId } from '../../core/run-id.js';
import { createMask } from '../../core/secret-values.js';
import { planEarly, planLate } from '../../engine/plan-run.js';
import { maskJson } from '../../report/mask-json.js';
import { renderPlan } from '../../report/plan-text.js';
import type { ParsedArguments } from '../arguments.js';
import { type CommandContext, runsDirectoryOf } from '../cli-context.js';

/** `cagent plan`: prints what `run` would do, with secret values masked as in `plan.json`, and touches nothing. */
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
  const keys =
    missingKeys(early.agent, environment).length > 0
      ? []
      : [...agentCredentials(early.agent, environment).values()];
  const mask = createMask([...spec.env.filter((entry) => entry.secret), ...keys.map(({ secret }) => secret)]);
  const plan = maskJson(await planLate(spec, host, early, spec.out), mask);
  stdout.write(parsed.json ? logJson(plan) : renderPlan(plan));
  return 0;
}
