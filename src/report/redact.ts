import { createReadStream } from 'node:fs';
import type { Redactor } from '../core/redactor.js';

export { createRedactor, type Redactor } from '../core/redactor.js';

/** The bytes of a file as `redactor` lets them through. Throws the system's error when it cannot be read. */
export async function* redactFile(path: string | Buffer, redactor: Redactor): AsyncGenerator<Uint8Array> {
  // Opened here, when somebody reads: a stream that fails before that takes the process down.
  for await (const bytes of createReadStream(path)) yield redactor.push(bytes as Buffer);
  yield redactor.end();
}
