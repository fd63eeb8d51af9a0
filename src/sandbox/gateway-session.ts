import { createInterface } from 'node:readline';
import { deferred } from '../core/deferred.js';
import type { EgressRecord } from '../core/egress-record.js';
import { CagentError } from '../core/errors.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import { runArgs, startAttachedArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import { FINISH, type GatewayStart } from '../gateway/protocol.js';
import { isAttached } from './attach-networks.js';
import { LONGEST_LINE, parseGatewayEvent } from './gateway-event.js';

export interface GatewayHandlers {
  readonly onRecord: (record: EgressRecord) => void;
  readonly onWarning: (message: string) => void;
  readonly onTraffic: (traffic: ModelTraffic) => void;
}

/** A gateway container, from its start to the end of its pipes. */
export interface GatewaySession {
  /** The container runs: others may join its process namespace. */
  readonly started: Promise<void>;
  /** The packet filter is loaded: the link may be made. */
  readonly floor: Promise<void>;
  /** Listeners open, privileges dropped, canary refused and recorded: the agent may start. */
  readonly ready: Promise<{ readonly caCertificate: string | undefined }>;
  /** Resolves when the container has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Why it ended while it served the agent, before anybody asked it to; `undefined`: it did not. */
  died(): CagentError | undefined;
  /** Asks for the last records and waits for the end. */
  finish(): Promise<void>;
  /** Ends the gateway at once by closing its lifeline. */
  abandon(): void;
}

/** How long the last records may take: open connections are cut, so this is bookkeeping, not waiting. */
const FINISH_DEADLINE_MS = 5_000;

/**
 * Starts the gateway and hands it the policy over standard input.
 * @throws nothing itself; `started`, `floor` and `ready` reject with `gateway.*` or `docker.*`
 */
export function startGateway(
  docker: Docker,
  plan: ContainerPlan,
  start: GatewayStart,
  handlers: GatewayHandlers,
): GatewaySession {
  // One in several networks has been created in them, see attach-networks.
  const args = isAttached(plan) ? startAttachedArgs(plan) : runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe' });
  const started = deferred<void>();
  const floor = deferred<void>();
  const ready = deferred<{ caCertificate: string | undefined }>();
  const finished = deferred<void>();
  let stderr = '';
  let failure: CagentError | undefined;
  let garbled = false;
  let serving = false;
  let closing = false;
  let whole = false;
  let abandoned = false;
  let death: CagentError | undefined;

  child.stdin?.on('error', () => {});
  child.stdin?.write(`${JSON.stringify(start)}\n`);
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-8_192);
  });
  createInterface({ input: child.stdout }).on('line', (line) => receive(line));
  let unended = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf('\n');
    unended = end === -1 ? unended + chunk.length : chunk.length - end - 1;
    // A gateway that was taken over could fill our memory with a line that never ends.
    if (unended > LONGEST_LINE) child.kill('SIGKILL');
  });

  function receive(line: string): void {
    const event = parseGatewayEvent(line);
    if (event === undefined) {
      if (!garbled)
        handlers.onWarning('The gateway said something that is no event; its record may be incomplete.');
      garbled = true;
      return;
    }
    switch (event.event) {
      case 'egress':
        handlers.onRecord(event.record);
        break;
      case 'usage':
        handlers.onTraffic(event.traffic);
        break;
      case 'warning':
        handlers.onWarning(event.message);
        break;
      case 'started':
        started.resolve();
        break;
      case 'floor':
        floor.resolve();
        break;
      case 'ready':
        serving = true;
        ready.resolve({ caCertificate: event.caCertificate });
        break;
      case 'finished':
        whole = true;
        finished.resolve();
        break;
      case 'fatal':
        failure = new CagentError(event.code, event.message, { hint: hintOf(event.code) });
        if (serving && !closing) death ??= diedServing(failure);
        fail();
        break;
    }
  }

  function fail(): void {
    const error = failure ?? gatewayDied(args, stderr);
    started.reject(error);
    floor.reject(error);
    ready.reject(error);
    finished.resolve();
  }

  function end(): void {
    if (serving && !closing) death ??= diedServing(failure);
    if (death !== undefined) handlers.onWarning(death.message);
    else if (serving && !whole && !abandoned) handlers.onWarning(UNFINISHED);
    fail();
  }

  const ended = child.done.then(end, (cause) => {
    failure = new CagentError('docker.missing', 'The docker command cannot be started.', { cause });
    fail();
  });

  return {
    started: started.promise,
    floor: floor.promise,
    ready: ready.promise,
    ended,
    died: () => death,
    async finish() {
      closing = true;
      // One that has not served has no records, and still waits for a link that may never come.
      if (serving) {
        child.stdin?.write(FINISH);
        await Promise.race([finished.promise, delay(FINISH_DEADLINE_MS)]);
      }
      child.stdin?.end();
    },
    abandon() {
      closing = true;
      abandoned = true;
      child.stdin?.end();
    },
  };
}

/** An agent may have brought it down, for instance to be unobserved: the report has to say so. */
function diedServing(failure: CagentError | undefined): CagentError {
  const why = failure === undefined ? '' : ` (${failure.message})`;
  return new CagentError(
    'gateway.failed',
    `The gateway ended during the run${why}: from then on the agent had no network, and what it tried is not on record.`,
    { hint: hintOf('gateway.failed') },
  );
}

/** Also an end that is too early by a moment may be the agent's doing. */
const UNFINISHED =
  'The gateway ended before it had written its last records: what the agent tried at the end of the run may not be on record.';

function gatewayDied(args: readonly string[], stderr: string): CagentError {
  const known = dockerError(args, stderr, null);
  if (known.code !== 'docker.failed') return known;
  const said = stderr.replace(/\s*Run 'docker run --help' for more information\s*$/, '').trim();
  const words = said.split('\n').slice(-3).join(' | ') || 'no message';
  return new CagentError('gateway.failed', `The gateway ended before it was ready: ${words}`, {
    hint: 'See `cagent doctor`; the uplink network must exist and the engine must allow NET_ADMIN.',
  });
}

function hintOf(code: 'gateway.failed' | 'gateway.resolver'): string {
  return code === 'gateway.resolver'
    ? 'Name a resolver that answers from the uplink network (--resolver IP), or leave it out to use the host’s.'
    : 'See `cagent doctor`.';
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
