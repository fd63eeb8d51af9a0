import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { Processes, ProcessResult, RunningProcess } from '../core/process.js';

/** The docker command line as a port: every call is an argument vector from `argv.ts` or a plain query. */
export interface Docker {
  /** Runs to the end; a non-zero exit is a value. */
  try(args: readonly string[], options?: DockerCallOptions): Promise<ProcessResult>;
  /** Runs to the end and returns standard output; a non-zero exit throws `docker.*`. */
  run(args: readonly string[], options?: DockerCallOptions): Promise<string>;
  /** Starts and hands over the pipes. */
  start(
    args: readonly string[],
    options?: Omit<DockerCallOptions, 'stdin'> & { readonly stdin?: 'inherit' | 'pipe' },
  ): RunningProcess;
}

export interface DockerCallOptions {
  /** Variables on top of cagent's own environment, for `--env NAME`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Bytes for standard input. */
  readonly stdin?: Uint8Array;
}

export function createDocker(processes: Processes, environment: Environment): Docker {
  const request = (args: readonly string[], options: Omit<DockerCallOptions, 'stdin'>) => ({
    file: 'docker',
    args,
    env: { ...environment, ...options.env },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  async function tryCall(args: readonly string[], options: DockerCallOptions = {}): Promise<ProcessResult> {
    try {
      return await processes.run({
        ...request(args, options),
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      });
    } catch (cause) {
      throw missingDocker(cause);
    }
  }
  return {
    try: tryCall,
    async run(args, options = {}) {
      const result = await tryCall(args, options);
      if (result.exitCode !== 0) throw dockerError(args, result.stderr.toString('utf8'), result.exitCode);
      return result.stdout.toString('utf8').trimEnd();
    },
    start: (args, options = {}) =>
      processes.start({
        ...request(args, options),
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      }),
  };
}

/** The typed error for what a failed docker command wrote. */
export function dockerError(args: readonly string[], stderr: string, exitCode: number | null): CagentError {
  const text = stderr.trim().replace(/\nSee 'docker .*$/s, '');
  if (/permission denied.*docker.*sock|docker\.sock.*permission denied/is.test(text)) {
    return new CagentError('docker.permission', 'This user may not use the Docker socket.', {
      hint: 'Add the user to the docker group (sudo usermod -aG docker "$USER", then log in again) or run cagent as root.',
    });
  }
  if (
    /cannot connect to the docker daemon|error during connect|is the docker daemon running|dial unix|no such host.*docker/i.test(
      text,
    )
  ) {
    return new CagentError('docker.unreachable', `The Docker engine does not answer: ${lastLine(text)}`, {
      hint: 'Start it (sudo systemctl start docker) or point DOCKER_HOST at a running engine; `cagent doctor` tells more.',
    });
  }
  const refusal = mountRefusal(text);
  if (refusal !== undefined) {
    return new CagentError(
      'workspace.overlay',
      `The engine cannot mount the view of this machine: ${refusal}.`,
      {
        hint: 'See `cagent doctor`.',
      },
    );
  }
  const network = /network (\S+) not found|no such network:? (\S+)/i.exec(text);
  if (network !== null) {
    return new CagentError('docker.network', `The engine has no network "${network[1] ?? network[2]}".`, {
      hint: 'network.uplink and network.attach name networks that exist; `docker network ls` lists them.',
    });
  }
  if (/unknown or invalid runtime name|unknown runtime specified/i.test(text)) {
    return new CagentError('sandbox.runtime', lastLine(text), {
      hint: 'See `docker info` for the runtimes that this engine has.',
    });
  }
  return new CagentError(
    'docker.failed',
    `docker ${args[0]} ended with ${exitCode ?? 'a signal'}: ${lastLine(text) || 'no message'}`,
    {
      hint: '`cagent doctor` checks the engine; `cagent plan` prints the exact command.',
    },
  );
}

/**
 * Why the engine does not mount this machine's directories: it does not see them, or its kernel or storage refuses an
 * overlay of them. The words are those of Docker 20.10 to 28 and of Docker Desktop; `undefined` for anything else.
 */
function mountRefusal(text: string): string | undefined {
  const overlay =
    /failed to mount local volume: mount overlay:.*: (no such file or directory|not a directory|invalid argument|operation not permitted|permission denied|no such device|operation not supported|function not implemented|stale (?:nfs )?file handle|too many levels of symbolic links)/i;
  const bind = /(bind source path does not exist): \S*\/cagent-\d{8}-\d{6}-\w{6}\/|(mounts denied)/i;
  return (
    overlay.exec(text)?.[1] ??
    bind
      .exec(text)
      ?.slice(1)
      .find((words) => words !== undefined)
  );
}

function missingDocker(cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException)?.code !== 'ENOENT') return cause;
  return new CagentError('docker.missing', 'The docker command is not installed or not on PATH.', {
    cause,
    hint: 'Install Docker Engine (on Debian and Ubuntu: sudo apt-get install docker.io).',
  });
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1) ?? ''
  );
}
