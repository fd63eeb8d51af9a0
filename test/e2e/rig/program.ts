import { spawn } from 'node:child_process';

/** How a program ended and what it wrote. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Standard error so far. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** On top of the environment of the tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
}

export interface StartOptions extends ProgramOptions {
  /** Called for everything that comes on standard output, as it comes. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/** Starts a program; `file` is looked up on PATH. */
export function start(file: string, args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(file, [...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    options.onStdout?.(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }),
    );
  });
  return {
    pid: child.pid as number,
    ended,
    stderr: () => Buffer.concat(stderr).toString('utf8'),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return start(file, args, options).ended;
}

/** Standard output of a program that must succeed. */
export async function outputOf(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(file, args, options);
  if (exitCode !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout.toString('utf8').trimEnd();
}

/** Waits until `condition` holds, looking every 50 ms. The tests' own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
