import {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request as startRequest,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Verdict } from '../../core/egress-record.js';
import type { EgressReason } from '../../egress/reasons.js';
import { endAfterBody } from '../http/end-after-body.js';
import { onceOver } from '../http/message.js';
import { createMeter } from '../http/meter.js';
import { dialFailure } from '../http/upstream-agent.js';
import { passBack } from './answer.js';
import type { AnswerReader } from './answer-reader.js';
import type { Broker } from './broker.js';
import { refusedKeyMessage } from './key-refusal.js';
import { recordAttempt } from './model-record.js';
import { FINAL_STATUS, providerError } from './provider-error.js';
import { upstreamHeaders } from './request-headers.js';
import { findRoute } from './routes.js';

/** Decides about one request of the agent, sends it on, and records it. Resolves when it is over. */
export async function handleModelRequest(
  broker: Broker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { start, counter } = broker;
  const began = new Date();
  const method = request.method ?? '';
  const route = findRoute(start.provider, method, request.url ?? '');
  const path = route.ok ? `${start.upstream.path}${route.path}` : route.path;
  let outcome: Outcome;
  request.on('error', () => {});
  response.on('error', () => {});
  if (request.headers.upgrade !== undefined || method === 'CONNECT') {
    // Clients that try a WebSocket first go on with HTTP when they get this.
    outcome = refuse(
      broker,
      response,
      426,
      'protocol-not-allowed',
      'only HTTP/1.1 is spoken here, no WebSocket',
    );
  } else if (!route.ok) {
    const what = `${method} ${path} is not a part of the model API that is open to the agent`;
    outcome = refuse(broker, response, 403, route.reason, what);
  } else {
    const spent = counter.exhausted();
    outcome =
      spent === undefined
        ? await forward(broker, request, response, `${path}${route.search}`)
        : refuse(broker, response, FINAL_STATUS, 'budget', spent.message);
  }
  const { address, ...attempt } = outcome;
  recordAttempt(broker, {
    ...attempt,
    ...(address === undefined ? {} : { address }),
    ...{ method, path, began },
    ...(response.headersSent ? { status: response.statusCode } : {}),
  });
  broker.context.onTraffic(counter.sums());
}

interface Outcome {
  readonly verdict: Verdict;
  readonly reason: EgressReason;
  readonly bytes: { readonly out: number; readonly in: number };
  readonly address?: string | undefined;
}

function refuse(
  broker: Broker,
  response: ServerResponse,
  status: number,
  reason: EgressReason,
  message: string,
): Outcome {
  endAfterBody(response, writeHead(broker, response, status, message));
  return { verdict: 'blocked', reason, bytes: { out: 0, in: 0 } };
}

/** An answer of ours to a request that was sent on. */
function answer(broker: Broker, response: ServerResponse, status: number, message: string): void {
  response.end(writeHead(broker, response, status, message));
}

/** Gives the body that belongs to it. The connection ends with the answer. */
function writeHead({ start }: Broker, response: ServerResponse, status: number, message: string): string {
  const body = providerError(start.provider, status, message);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...(status === 426 ? { upgrade: 'HTTP/1.1' } : {}),
  });
  return body;
}

/** What may get better by trying again; all else ends the agent with one clear message. */
const PASSING_FAILURES: readonly EgressReason[] = ['resolve-failed', 'upstream-failed', 'timeout'];

function forward(
  broker: Broker,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<Outcome> {
  const { start, counter } = broker;
  const { upstream } = start;
  const meter = createMeter();
  let reason: EgressReason = 'rule';
  let verdict: Verdict = 'allowed';
  let address: string | undefined;
  let reader: AnswerReader | undefined;
  counter.begin();
  return new Promise((resolve) => {
    const outgoing = open(broker, request, target);
    if (outgoing === undefined) {
      counter.end(undefined, {});
      resolve(refuse(broker, response, FINAL_STATUS, 'http-malformed', 'the request cannot be sent on'));
      return;
    }
    meter.follow(outgoing);
    onceOver(request, response, () => {
      outgoing.destroy();
      const whole = response.writableFinished;
      counter.end(whole ? response.statusCode : undefined, reader?.end() ?? {});
      resolve({ verdict, reason, bytes: meter.bytes(), address: meter.address() ?? address });
    });
    outgoing.on('response', (incoming) => {
      if (incoming.statusCode === 401 || incoming.statusCode === 403) {
        reason = 'key-refused';
        counter.keyRefused();
        refusedKeyMessage(incoming, start)
          .then((message) => answer(broker, response, FINAL_STATUS, message))
          .catch(() => response.destroy());
        return;
      }
      reader = passBack(incoming, response, start.credential);
      if (reader !== undefined) return;
      reason = 'upstream-failed';
      const what = `the answer of the model API at ${upstream.host}:${upstream.port} cannot be read`;
      answer(broker, response, 502, `${what}: its status or its Content-Encoding is unknown`);
    });
    outgoing.on('error', (error) => {
      const failure = dialFailure(error);
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      reason = failure.reason;
      address = failure.address;
      const final = !PASSING_FAILURES.includes(reason);
      if (final) verdict = 'blocked';
      answer(
        broker,
        response,
        final ? FINAL_STATUS : 502,
        `the model API at ${upstream.host}:${upstream.port} could not be reached (${reason})`,
      );
    });
    pipeline(request, outgoing, () => {});
  });
}

/** `undefined` for what Node cannot write anew. */
function open({ start, agent }: Broker, request: IncomingMessage, target: string): ClientRequest | undefined {
  try {
    return startRequest({
      agent,
      method: request.method,
      path: target,
      headers: bodyHeaders(request, upstreamHeaders(request.rawHeaders, start.upstream, start.credential)),
      setHost: false,
      setDefaultHeaders: false,
    });
  } catch {
    return undefined;
  }
}

/** A body of unknown length stays one. */
function bodyHeaders(request: IncomingMessage, headers: readonly string[]): string[] {
  return [
    ...headers,
    ...(request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked']),
  ];
}
