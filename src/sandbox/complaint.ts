import type { Readable } from 'node:stream';

const MOST = 4_096;

/** Gathers the end of what a program says on standard error. */
export function complaintOf(stderr: Readable): () => string {
  let text = '';
  stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-MOST);
  });
  return () => text;
}
