import { type ChildProcess, spawn } from 'node:child_process';
import { CagentError } from '../../core/errors.js';

/**
 * The only place of the gateway that starts other programs: the few that set up its network namespace, and the
 * reader of the packet log. Argument vectors, never a shell.
 */

/** Runs a program to its end and gives its standard output; fails with `gateway.failed` unless it exits 0. */
export function runCommand(file: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(file, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(commandFailed(file, args, cause.message)));
    child.once('close', (code) =>
      code === 0 ? resolve(stdout) : reject(commandFailed(file, args, stderr.trim())),
    );
  });
}

/** Starts a program that runs as long as the gateway; its messages go to our standard error. */
export function startService(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(file, [...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  child.unref();
  return child;
}

function commandFailed(file: string, args: readonly string[], detail: string): CagentError {
  return new CagentError('gateway.failed', `'${[file, ...args].join(' ')}' failed in the gateway: ${detail}`);
}
