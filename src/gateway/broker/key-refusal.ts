import type { IncomingMessage } from 'node:http';
import { displayText } from '../../core/display-text.js';
import { createMask } from '../../core/secret-values.js';
import type { BrokerStart } from '../protocol.js';
import { keysOf } from './answer.js';

/** Enough for any provider's error; the rest is not read. */
const LARGEST_ERROR = 65_536;
const LONGEST_MESSAGE = 400;

/**
 * The words for an upstream that answered 401 or 403. Providers repeat part of the key in the message of a 401, so
 * only that of a 403 is passed on, and masked.
 */
export async function refusedKeyMessage(incoming: IncomingMessage, start: BrokerStart): Promise<string> {
  const { statusCode } = incoming;
  const { host } = start.upstream;
  const text = await readText(incoming);
  if (statusCode === 401)
    return `${host} refused the key of this run (HTTP 401): it is missing, wrong or expired`;
  const mask = createMask(keysOf(start.credential));
  const said = displayText(mask(errorMessage(text))).slice(0, LONGEST_MESSAGE);
  return `${host} does not allow this with the key of this run (HTTP 403)${said === '' ? '' : `: ${said}`}`;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > LARGEST_ERROR) break;
    }
  } catch {
    // A cut answer is refusal enough.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorMessage(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : '';
  } catch {
    return '';
  }
}
