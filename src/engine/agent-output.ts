import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type { RunDirectory } from '../report/run-directory.js';

export interface AgentOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Writes what was held back and, under a workflow runner, switches workflow commands on again. */
  close(): Promise<void>;
}

export interface AgentOutputOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Logs both streams in the order in which they came and masks known secret values. */
  readonly files: Pick<RunDirectory, 'agentOutput' | 'endAgentOutput'>;
  /** Under GITHUB_ACTIONS: the agent must not give the runner commands by printing them. */
  readonly guardWorkflowCommands: boolean;
  /** The reader of our standard output has gone. */
  readonly onBrokenPipe: () => void;
  /** Gets the agent's bytes as they were. */
  readonly onBytes?: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
}

/** The agent's two streams on their way out: as they are, live, with backpressure, known secret values masked. */
export function openAgentOutput(options: AgentOutputOptions): AgentOutput {
  const { files, guardWorkflowCommands } = options;
  // Random, so that the agent cannot print the word that switches commands on again.
  const token = `cagent-${randomBytes(16).toString('hex')}`;
  const targets = {
    stdout: openTarget(options.stdout, options),
    stderr: openTarget(options.stderr, options),
  };
  const stream = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        options.onBytes?.(name, chunk);
        targets[name].write(files.agentOutput(name, chunk)).then(() => done());
      },
    });
  const [stdout, stderr] = [stream('stdout'), stream('stderr')];
  const shared = options.stdout === options.stderr;
  if (guardWorkflowCommands) {
    options.stdout.write(`::stop-commands::${token}\n`);
    // A step may catch one stream, as $(cagent run ...) does, and leave the other to the runner.
    if (!shared) options.stderr.write(`::stop-commands::${token}\n`);
  }
  return {
    stdout,
    stderr,
    async close() {
      await Promise.all([ended(stdout), ended(stderr)]);
      const held = files.endAgentOutput();
      await Promise.all([targets.stdout.write(held.stdout), targets.stderr.write(held.stderr)]);
      const lineStart = targets.stdout.endsWithNewLine() && targets.stderr.endsWithNewLine();
      // The runner reads this form of a command at line starts only, and both streams may go into one pipe.
      if (guardWorkflowCommands) {
        const resume = (atStart: boolean) => Buffer.from(`${atStart ? '' : '\n'}::${token}::\n`);
        await targets.stdout.write(resume(lineStart));
        if (!shared) await targets.stderr.write(resume(targets.stderr.endsWithNewLine()));
        return;
      }
      // Our own words come next on standard error, which may have taken both streams.
      if (shared ? !lineStart : !targets.stderr.endsWithNewLine())
        await targets.stderr.write(Buffer.from('\n'));
    },
  };
}

/** A stream of ours that the reader may close at any time: then the rest is only logged. */
function openTarget(target: Writable, { onBrokenPipe }: AgentOutputOptions) {
  let last = 0x0a;
  let broken = false;
  return {
    endsWithNewLine: () => last === 0x0a,
    write(bytes: Buffer): Promise<void> {
      if (bytes.length === 0 || broken) return Promise.resolve();
      last = bytes[bytes.length - 1] as number;
      return new Promise((resolve) => {
        target.write(bytes, (error) => {
          if (error !== null && error !== undefined) {
            broken = true;
            onBrokenPipe();
          }
          resolve();
        });
      });
    },
  };
}

function ended(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.end(resolve);
  });
}
