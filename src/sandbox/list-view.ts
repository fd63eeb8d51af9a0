import { CagentError } from '../core/errors.js';
import { runArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import type { ByteText } from '../workspace/byte-text.js';
import { complaintOf } from './complaint.js';

/** An entry of a volume, as `find` tells it. */
export interface ListedEntry {
  /** Relative to the listed directory, checked: no empty part, no `.`, no `..`. */
  readonly path: ByteText;
  /** `f` file, `d` directory, `l` link, `p` FIFO, `s` socket, `c` and `b` device. */
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  /**
   * Inode and time of change. No process without capabilities can set that time, so an entry with the same stamp,
   * mode and size is the same.
   */
  readonly stamp: string;
  /** Of a link. */
  readonly target: ByteText;
}

/** Longest name plus longest target, with room to spare: what is longer is no list. */
const LONGEST_RECORD = 2 ** 20;

/**
 * Lists a volume, one entry after the other, directories before their content.
 * @throws CagentError `changes.capture` when the list is not whole, `docker.*`
 */
export async function* listView(docker: Docker, plan: ContainerPlan): AsyncGenerator<ListedEntry> {
  const args = runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe' });
  child.stdin?.on('error', () => {});
  child.stdin?.end();
  const complaint = complaintOf(child.stderr);
  let finished = false;
  try {
    yield* parse(child.stdout);
    finished = true;
  } finally {
    if (!finished) child.kill('SIGKILL');
  }
  const { exitCode } = await child.done;
  if (exitCode === 0) return;
  const known = dockerError(args, complaint(), exitCode);
  throw known.code === 'docker.failed' ? broken(complaint().trim() || `find ended with ${exitCode}`) : known;
}

async function* parse(stream: AsyncIterable<Buffer>): AsyncGenerator<ListedEntry> {
  let pending = '';
  for await (const chunk of stream) {
    pending += chunk.toString('latin1');
    let from = 0;
    for (;;) {
      const middle = pending.indexOf('\0', from);
      const end = middle === -1 ? -1 : pending.indexOf('\0', middle + 1);
      if (end === -1) break;
      yield entryOf(pending.slice(from, middle), pending.slice(middle + 1, end));
      from = end + 1;
    }
    pending = pending.slice(from);
    if (pending.length > LONGEST_RECORD) throw broken('a record without an end');
  }
  if (pending !== '') throw broken('it ends in the middle of a record');
}

/** @param facts `type mode size inode ctime path` */
function entryOf(facts: string, target: ByteText): ListedEntry {
  const match = /^([fdlpscb]) ([0-7]+) (\d+) (\d+) (\d+\.\d+) ([\s\S]+)$/.exec(facts);
  if (match === null) throw broken('an unreadable record');
  const [, type, mode, size, inode, changed, path] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw broken('an impossible path');
  return {
    path,
    type,
    mode: Number.parseInt(mode, 8),
    size: Number(size),
    stamp: `${inode} ${changed}`,
    target,
  };
}

function broken(why: string): CagentError {
  return new CagentError('changes.capture', `The list of the files in the engine is not usable: ${why}.`, {
    hint: 'Run again; if it stays, report it with the versions of the engine.',
  });
}
