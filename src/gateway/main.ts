import { asCagentError, CagentError, messageOf } from '../core/errors.js';
import { startGateway } from './gateway.js';
import type { GatewayEvent } from './protocol.js';
import { readControl } from './start/control.js';

/**
 * The process inside the gateway container. Its standard input is its lifeline: when the host is gone, so is the
 * agent's network.
 */

/** A handle that keeps the process alive after its end would keep the network alive too. */
const CLOSE_DEADLINE_MS = 100;
/** Bytes of events that wait for the host. */
const CROWDED_BYTES = 2 ** 22;

const control = readControl(process.stdin);
const closers: (() => void)[] = [control.close];
/** Writes what is held back; a pipe is written to at once, also by a process that is about to die. */
let flush = (): void => {};
let closed = false;

function emit(event: GatewayEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Closes what keeps the process alive. If anything still does, an error that nobody catches ends it. */
function close(): void {
  if (closed) return;
  closed = true;
  for (const closer of closers) closer();
  setTimeout(() => {
    throw new CagentError('gateway.failed', 'the gateway did not end by itself');
  }, CLOSE_DEADLINE_MS).unref();
}

function fail(thrown: unknown): void {
  if (closed) return;
  const error = asCagentError(thrown);
  const code = error.code === 'gateway.resolver' ? error.code : 'gateway.failed';
  flush();
  emit({ event: 'fatal', code, message: error.message });
  process.exitCode = 1;
  close();
}

process.on('uncaughtExceptionMonitor', (error) => {
  if (closed) return;
  flush();
  emit({ event: 'fatal', code: 'gateway.failed', message: messageOf(error) });
});
process.stdout.on('error', close);
control.end.then(close);

try {
  const gateway = await startGateway(await control.start, {
    emit,
    crowded: () => process.stdout.writableLength > CROWDED_BYTES,
    fail,
    onCrash: (write) => {
      flush = write;
    },
    onClose: (closer) => closers.push(closer),
  });
  await control.finish;
  await gateway.finish();
  emit({ event: 'finished' });
  close();
} catch (error) {
  fail(error);
}
