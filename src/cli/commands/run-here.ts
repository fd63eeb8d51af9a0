import type { RunSpec } from '../../config/run-spec.js';
import { systemClock } from '../../core/clock.js';
import { renderError } from '../../core/errors.js';
import { displayPath } from '../../core/path-text.js';
import { systemProcesses } from '../../core/process.js';
import { shellWords } from '../../core/shell-word.js';
import { run } from '../../engine/run.js';
import type { KeptSandbox, RunHost, RunResult } from '../../engine/run-host.js';
import { cancelOnSignals } from '../../engine/signals.js';
import { renderTerminalSummary } from '../../report/terminal.js';
import { cacheDirectoryOf } from '../../workspace/cache-directory.js';
import { type CliContext, runsDirectoryOf, wantsColor } from '../cli-context.js';
import { createTerminalReporter } from '../terminal-reporter.js';

function keptText({ container, look, edits }: KeptSandbox): string {
  const lines = [
    'kept for a look, until `cagent clean` removes it:',
    `  a shell in the view, without a network: ${shellWords(look)}`,
    ...(edits === undefined ? [] : [`  what was written: ${displayPath(edits)}`]),
    `  the container, stopped: docker inspect ${container}`,
  ];
  return lines.map((line) => `cagent: ${line}\n`).join('');
}

/**
 * A run from the command line: our standard input is the agent's, and what cagent has to say goes to standard error.
 * @param output where the agent's own output goes
 */
export async function runHere(
  spec: RunSpec,
  context: CliContext,
  output: Pick<RunHost, 'stdout' | 'terminal'>,
): Promise<RunResult> {
  const { environment, stdout, stderr } = context;
  const signals = cancelOnSignals();
  // A reader that goes away shows up as a write error; without a listener it would end this process first.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  try {
    const result = await run(spec, {
      ...output,
      processes: systemProcesses,
      environment,
      clock: systemClock,
      reporter: createTerminalReporter(stderr, {
        color: wantsColor(context),
        raw: output.terminal !== undefined,
      }),
      stdin: 'inherit',
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
    if (result.kept !== undefined) stderr.write(keptText(result.kept));
    if (report.error !== undefined) stderr.write(`${renderError(report.error)}\n`);
    return result;
  } finally {
    signals.dispose();
  }
}
