import type { Readable } from 'node:stream';
import { CagentError } from '../../core/errors.js';
import { FINISH, type GatewayStart } from '../protocol.js';
import { onLines } from './lines.js';

/** The host's side of the conversation: one start, then perhaps a finish, then the end of the pipe. */
export interface Control {
  readonly start: Promise<GatewayStart>;
  readonly finish: Promise<void>;
  /** Resolves when the host is gone. */
  readonly end: Promise<void>;
  close(): void;
}

export function readControl(input: Readable): Control {
  const start = Promise.withResolvers<GatewayStart>();
  const finish = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let started = false;
  onLines(input, (line) => {
    if (!started) {
      started = true;
      start.resolve(parseStart(line));
    } else if (`${line}\n` === FINISH) finish.resolve();
  });
  input.on('end', () => end.resolve());
  input.on('error', () => end.resolve());
  return {
    start: start.promise,
    finish: finish.promise,
    end: end.promise,
    close: () => void input.destroy(),
  };
}

/** The host is the same program, so only damage on the way is looked for, and nothing of the line is repeated. */
async function parseStart(line: string): Promise<GatewayStart> {
  try {
    return JSON.parse(line) as GatewayStart;
  } catch {
    throw new CagentError('gateway.failed', 'the first line on standard input is not a start message');
  }
}
