export type AgentStream = 'stdout' | 'stderr';

/** Two streams on their way into one file: a line of one is not torn by the other, and what comes is written at once. */
export interface JoinedStreams {
  push(stream: AgentStream, bytes: Buffer): void;
  /** Writes what still waits for the end of the other stream's line. */
  end(): void;
}

/** An agent that begins a line and never ends it must neither fill our memory nor keep the other stream away. */
const LONGEST_WAIT = 65_536;
const NEW_LINE = 0x0a;

export function joinStreams(write: (bytes: Buffer) => void): JoinedStreams {
  const waiting: Record<AgentStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  /** The stream whose line has begun in the file and not ended. */
  let open: AgentStream | undefined;

  function writeUpTo(stream: AgentStream, end: number): void {
    const bytes = waiting[stream].subarray(0, end);
    // Copied, since the bytes are their sender's.
    waiting[stream] = Buffer.from(waiting[stream].subarray(end));
    if (bytes.length === 0) return;
    write(bytes);
    open = bytes[bytes.length - 1] === NEW_LINE ? undefined : stream;
  }

  const writeLines = (stream: AgentStream): void =>
    writeUpTo(stream, waiting[stream].lastIndexOf(NEW_LINE) + 1);
  const writeAll = (stream: AgentStream): void => writeUpTo(stream, waiting[stream].length);

  return {
    push(stream, bytes) {
      waiting[stream] = waiting[stream].length === 0 ? bytes : Buffer.concat([waiting[stream], bytes]);
      if (open !== undefined && open !== stream) {
        waiting[stream] = Buffer.from(waiting[stream]);
        if (waiting[stream].length <= LONGEST_WAIT) return;
        open = stream;
      }
      const other = stream === 'stdout' ? 'stderr' : 'stdout';
      writeLines(stream);
      if (open === undefined) writeLines(other);
      if (open === undefined || open === stream) writeAll(stream);
      if (open === undefined) writeAll(other);
    },
    end() {
      const first = open ?? 'stdout';
      writeAll(first);
      writeAll(first === 'stdout' ? 'stderr' : 'stdout');
    },
  };
}
