import { resolveRunSpec } from '../../config/resolve.js';
import type { Terminal } from '../../sandbox/terminal.js';
import type { ParsedArguments } from '../arguments.js';
import type { CommandContext } from '../cli-context.js';
import type { OutputStream } from '../output-stream.js';
import { runHere } from './run-here.js';

/** `cagent shell`: a shell in the sandbox of a run, on a terminal when standard input is one. Exits with its code. */
export async function shellCommand(
  { flags }: ParsedArguments & { command: 'shell' },
  context: CommandContext,
): Promise<number> {
  const { environment, cwd, stdout, interactive, openBase } = context;
  const spec = await resolveRunSpec({ flags, cwd, environment, purpose: 'shell', openBase });
  const { exitCode } = await runHere(
    spec,
    context,
    interactive ? { stdout, terminal: terminalOf(stdout) } : { stdout },
  );
  return exitCode;
}

function terminalOf(stream: OutputStream): Terminal {
  return {
    size: () => {
      const { columns, rows } = stream;
      return columns === undefined || rows === undefined ? undefined : { columns, rows };
    },
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => stream.off('resize', listener);
    },
  };
}
