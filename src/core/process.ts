import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Environment } from './environment.js';

/**
 * The only place that starts other programs: argument vectors, never a shell. Every child gets a session of its
 * own, so that Ctrl-C in a terminal reaches cagent alone and cagent decides the order in which things die.
 */

export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child. */
  readonly env: Environment;
  /** Bytes for standard input; `inherit` hands over our own; default: none. */
  readonly stdin?: string | Uint8Array | 'inherit';
  /** Ends the child: TERM at once, KILL two seconds later. */
  readonly signal?: AbortSignal;
}

export interface ProcessResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** A child with open pipes; `done` never rejects for a non-zero exit. */
export interface RunningProcess {
  /** `null` when standard input is inherited. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly done: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

export interface Processes {
  /** Runs to the end and collects the output. Rejects only when the program cannot be started. */
  run(request: ProcessRequest): Promise<ProcessResult>;
  /** Starts and hands over the pipes. `done` rejects only when the program cannot be started. */
  start(request: Omit<ProcessRequest, 'stdin'> & { readonly stdin?: 'inherit' | 'pipe' }): RunningProcess;
}

const KILL_AFTER_MS = 2_000;

export const systemProcesses: Processes = { run, start };

async function run(request: ProcessRequest): Promise<ProcessResult> {
  const { stdin, ...rest } = request;
  const running = start({ ...rest, stdin: stdin === 'inherit' ? 'inherit' : 'pipe' });
  if (running.stdin !== null) {
    // The child may exit without reading; that is its business, not an error of ours.
    running.stdin.on('error', () => {});
    running.stdin.end(stdin ?? '');
  }
  const [stdout, stderr, end] = await Promise.all([
    collect(running.stdout),
    collect(running.stderr),
    running.done,
  ]);
  return { ...end, stdout, stderr };
}

function start(request: Parameters<Processes['start']>[0]): RunningProcess {
  const child = spawn(request.file, [...request.args], {
    cwd: request.cwd,
    env: request.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: [request.stdin === 'inherit' ? 'inherit' : 'pipe', 'pipe', 'pipe'],
  });
  const done = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  // A caller may look at the pipes first and await `done` later; that must not count as unhandled.
  done.catch(() => {});
  endOnAbort(child, request.signal);
  return {
    stdin: child.stdin,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    done,
    kill: (signal) => void child.kill(signal),
  };
}

function endOnAbort(child: ChildProcess, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const end = (): void => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    child.once('exit', () => clearTimeout(timer));
  };
  if (signal.aborted) end();
  else {
    signal.addEventListener('abort', end, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', end));
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
