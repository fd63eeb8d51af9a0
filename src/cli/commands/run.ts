import { resolveRunSpec } from '../../config/resolve.js';
import { systemClock } from '../../core/clock.js';
import { renderError } from '../../core/errors.js';
import { systemProcesses } from '../../core/process.js';
import { run } from '../../engine/run.js';
import { cancelOnSignals } from '../../engine/signals.js';
import { renderTerminalSummary } from '../../report/terminal.js';
import { cacheDirectoryOf } from '../../workspace/cache-directory.js';
import type { ParsedArguments } from '../arguments.js';
import { type CliContext, runsDirectoryOf, wantsColor } from '../cli-context.js';
import { createTerminalReporter } from '../terminal-reporter.js';

/** `cagent run`: exits with the agent's own code. With `--json`, standard output is the report and nothing else. */
export async function runCommand(
  parsed: ParsedArguments & { command: 'run' | 'plan' },
  context: CliContext,
): Promise<number> {
  const { environment, cwd, stdout, stderr } = context;
  const spec = await resolveRunSpec({ flags: parsed.flags, cwd, environment, purpose: 'run' });
  const signals = cancelOnSignals();
  // A reader that goes away shows up as a write error; without a listener it would end this process first.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  try {
    const result = await run(spec, {
      processes: systemProcesses,
      environment,
      clock: systemClock,
      reporter: createTerminalReporter(stderr, { color: wantsColor(context) }),
      stdin: 'inherit',
      stdout: parsed.json ? stderr : stdout,
      stderr,
      cancel: signals.signal,
      onBrokenPipe: () => signals.abort('SIGPIPE'),
      installation: context.installation,
      runsDirectory: runsDirectoryOf(context),
      cacheDirectory: cacheDirectoryOf(environment),
    });
    const { report, changes } = result;
    const style = { color: wantsColor(context), width: stderr.columns ?? 100 };
    for (const line of renderTerminalSummary(report, changes, style)) stderr.write(`${line}\n`);
    stderr.write(`cagent: the report is in ${result.runDirectory}\n`);
    if (report.error !== undefined) stderr.write(`${renderError(report.error)}\n`);
    if (parsed.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return result.exitCode;
  } finally {
    signals.dispose();
  }
}
