/** A copy of what the agent prints, for reading its outcome: of a very long one the beginning and the end. */
export interface Transcript {
  add(bytes: Uint8Array): void;
  text(): string;
}

export interface Transcripts {
  readonly stdout: Transcript;
  readonly stderr: Transcript;
}

const HEAD_BYTES = 2 ** 20;
const TAIL_BYTES = 15 * 2 ** 20;

export function createTranscript(headBytes: number = HEAD_BYTES, tailBytes: number = TAIL_BYTES): Transcript {
  const head: Buffer[] = [];
  let headLength = 0;
  let tail: Buffer[] = [];
  let tailLength = 0;
  let dropped = false;
  return {
    add: (bytes) => {
      const chunk = Buffer.from(bytes);
      const first = chunk.subarray(0, Math.max(0, headBytes - headLength));
      headLength += first.length;
      if (first.length > 0) head.push(first);
      const rest = chunk.subarray(first.length);
      if (rest.length === 0) return;
      tail.push(rest);
      tailLength += rest.length;
      // Twice the size at most, so that bytes are not moved for every chunk.
      if (tailLength <= 2 * tailBytes) return;
      tail = [Buffer.concat(tail).subarray(-tailBytes)];
      tailLength = tailBytes;
      dropped = true;
    },
    text: () => {
      const begin = Buffer.concat(head).toString('utf8');
      const end = Buffer.concat(tail).toString('utf8');
      // The line that was cut is none.
      return dropped
        ? `${begin.slice(0, begin.lastIndexOf('\n') + 1)}${end.slice(end.indexOf('\n') + 1)}`
        : begin + end;
    },
  };
}
