import { tmpdir, userInfo } from 'node:os';
import type { OpenBase } from '../config/base-files.js';
import type { Environment } from '../core/environment.js';
import type { OutputStream } from './output-stream.js';

/** What a command may use of its process. */
export interface CliContext {
  readonly environment: Environment;
  readonly cwd: string;
  /** Absolute path of cagent itself: the folder with `docker/` and `dist/`. */
  readonly installation: string;
  /** Whether a person types. */
  readonly interactive: boolean;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** What a command is given on top. */
export interface CommandContext extends CliContext {
  readonly openBase: OpenBase;
}

/** Where runs keep their directories when nobody names one, by the XDG base directory rules. */
export function runsDirectoryOf({ environment }: CliContext): string {
  const { XDG_STATE_HOME: state, HOME: home } = environment;
  if (state?.startsWith('/')) return `${state}/cagent/runs`;
  return `${home?.startsWith('/') ? home : homeOfUser()}/.local/state/cagent/runs`;
}

/** Never the current directory, which may be the workspace: a run writes nothing to that on its own. */
function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    // A user without an entry, as in a container.
    return tmpdir();
  }
}

/** Colours when a person reads: a terminal, and nobody said NO_COLOR. */
export function wantsColor({ environment, stderr }: CliContext): boolean {
  return stderr.isTTY === true && (environment.NO_COLOR ?? '') === '';
}
