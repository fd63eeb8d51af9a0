import type { Environment } from '../core/environment.js';
import type { Processes } from '../core/process.js';
import { killNamedArgs } from '../docker/argv.js';

/** Kills containers when this process ends without a word; nobody else would, and no time-out counts any more. */
export interface Lifeline {
  /** The containers may live on, or are dead. */
  release(): void;
}

/**
 * Ties containers to our life. `xargs` reads their names from a pipe that the kernel closes with us, also at SIGKILL,
 * and runs its command when the pipe ends. Without `xargs` there is no lifeline, and `cagent clean` has to do.
 */
export function holdLifeline(
  { processes, environment }: { readonly processes: Processes; readonly environment: Environment },
  names: readonly string[],
): Lifeline {
  const { stdin, stdout, stderr, kill } = processes.start({
    file: 'xargs',
    args: ['docker', ...killNamedArgs()],
    env: environment,
    stdin: 'pipe',
  });
  stdin?.on('error', () => {});
  stdin?.write(`${names.join('\n')}\n`);
  stdout.resume();
  stderr.resume();
  return { release: () => kill('SIGKILL') };
}
