import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';

/** Runs one git command to its end and gives its standard output. Throws `workspace.git` when it fails. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<Buffer>;

export interface GitOptions {
  readonly stdin?: string | Uint8Array;
  /** More variables for this command. */
  readonly env?: Environment;
}

/**
 * Settings that keep the repository at hand from running anything: no hook, no monitor, no filter, no pager, no
 * fetch of missing objects. The configuration of the machine and of the user is not read at all.
 */
const SAFE_ENVIRONMENT: Environment = {
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_ADVICE: '0',
};

const SAFE_CONFIG = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.untrackedCache', 'false'],
  ['core.splitIndex', 'false'],
  ['core.looseCompression', '1'],
  ['pack.compression', '1'],
  ['pack.writeReverseIndex', 'false'],
  // What is lost with the machine is made anew; waiting for the disk would cost more than all the rest.
  ['core.fsync', 'none'],
  ['index.sparse', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.allow', 'never'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** Git with `env` (its PATH is what counts) and the variables of one repository. */
export function gitFor(processes: Processes, env: Environment, repository: Environment): Git {
  return async (args, options = {}) => {
    const request = {
      file: 'git',
      args: [...SAFE_CONFIG, ...args],
      cwd: '/',
      env: {
        PATH: env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
        ...SAFE_ENVIRONMENT,
        ...repository,
        ...options.env,
      },
    };
    const result = await processes
      .run(options.stdin === undefined ? request : { ...request, stdin: options.stdin })
      .catch((error: unknown) => {
        throw new CagentError('workspace.git', `git cannot be started: ${messageOf(error)}.`, {
          hint: 'Install git, or set workspace.git to none.',
          cause: error,
        });
      });
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr.toString('utf8').trim().split('\n').slice(-3).join(' ');
    throw new CagentError(
      'workspace.git',
      `git ${args[0]} failed with ${result.exitCode ?? result.signal}: ${said}`,
      {
        hint: 'Set workspace.git to none to run without a repository inside.',
      },
    );
  };
}

/** The form of a path in GIT_ALTERNATE_OBJECT_DIRECTORIES that may hold colons. */
export function quoteAlternate(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
