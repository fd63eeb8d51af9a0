import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { createRedactor } from '../../core/redactor.js';
import { createMask, type SecretValue } from '../../core/secret-values.js';
import { endToEndHeaders, headerPairs } from '../http/headers.js';
import { type AnswerReader, createAnswerReader } from './answer-reader.js';

/** The key in the headers of a credential, without the word before it. */
export function keysOf(credential: Readonly<Record<string, string>>): readonly SecretValue[] {
  return Object.values(credential).map((value) => ({ name: 'key', value: value.replace(/^Bearer /, '') }));
}

/**
 * Streams the provider's answer to the agent as it comes: each event of the model arrives at once. A server that
 * repeats what it was sent (an echo, a debugging gateway, an error page) would hand the key over, so the key is taken
 * out of headers and body, in all of its usual encodings. An answer that is compressed all the same is unpacked first.
 * @returns `undefined` when it cannot be read or sent on: then nothing was, and the caller has to answer
 */
export function passBack(
  incoming: IncomingMessage,
  response: ServerResponse,
  credential: Readonly<Record<string, string>>,
): AnswerReader | undefined {
  const keys = keysOf(credential);
  const reader = createAnswerReader(incoming.headers['content-type'] ?? '');
  const coding = incoming.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const unpack = unpackerOf(coding);
  // What cannot be unpacked cannot be searched for the key either.
  if (unpack === undefined && coding !== 'identity') return undefined;
  const mask = createMask(keys);
  const hasBody = incoming.headers['content-length'] !== undefined && response.req.method !== 'HEAD';
  const headers = headerPairs(endToEndHeaders(incoming.rawHeaders))
    // The length of what was masked or unpacked is another one.
    .filter(([name]) => !(hasBody && /^content-length$/i.test(name)))
    .filter(([name]) => !(unpack !== undefined && /^content-encoding$/i.test(name)))
    .flatMap(([name, value]) => [name, mask(value)]);
  response.sendDate = false;
  try {
    response.writeHead(incoming.statusCode ?? 502, headers);
  } catch {
    response.statusMessage = '';
    return undefined;
  }
  response.flushHeaders();
  const steps = [
    incoming,
    ...(unpack === undefined ? [] : [unpack]),
    listenIn(reader),
    redact(keys),
    response,
  ];
  pipeline(steps, () => {});
  return reader;
}

/** Providers are asked for plain answers; one that packs all the same is still read. */
function unpackerOf(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

function listenIn(reader: AnswerReader): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      reader.push(chunk);
      done(null, chunk);
    },
  });
}

function redact(keys: readonly SecretValue[]): Transform {
  const redactor = createRedactor(keys);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, redactor.push(chunk));
    },
    flush(done) {
      done(null, redactor.end());
    },
  });
}
