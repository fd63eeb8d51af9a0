import type { Readable } from 'node:stream';

/** Gives a stream's text line by line, as it comes, without the line feeds. */
export function onLines(stream: Readable, onLine: (line: string) => void): void {
  let pieces: string[] = [];
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const [first = '', ...rest] = text.split('\n');
    pieces.push(first);
    for (const next of rest) {
      onLine(pieces.join(''));
      pieces = [next];
    }
  });
}
