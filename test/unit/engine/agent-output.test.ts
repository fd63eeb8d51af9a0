import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openAgentOutput } from '../../../src/engine/agent-output.js';

/** A stream that keeps what it gets and can break like a closed pipe. */
function sink(breakAfter = Number.POSITIVE_INFINITY) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    autoDestroy: false,
    write(chunk: Buffer, _encoding, done) {
      if (chunks.length >= breakAfter) return done(new Error('EPIPE'));
      chunks.push(chunk);
      done();
    },
  });
  stream.on('error', () => {});
  return { stream, text: () => Buffer.concat(chunks).toString('latin1') };
}

/** Masks nothing, holds back the last byte of each push, and remembers the log. */
function holdingFiles() {
  const log: Buffer[] = [];
  const held = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  return {
    log: () => Buffer.concat(log).toString('latin1'),
    agentOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): Buffer {
      const all = Buffer.concat([held[stream], bytes]);
      held[stream] = Buffer.from(all.subarray(-1));
      const shown = Buffer.from(all.subarray(0, -1));
      log.push(shown);
      return shown;
    },
    endAgentOutput: () => ({ ...held }),
  };
}

describe("the agent's output", () => {
  it('comes out byte for byte, what was held back too', async () => {
    const out = sink();
    const output = openAgentOutput({
      stdout: out.stream,
      stderr: sink().stream,
      files: holdingFiles(),
      guardWorkflowCommands: false,
      onBrokenPipe: () => {},
    });

    for (const piece of ['no ', 'newline\xff\x00 at the', ' end'])
      output.stdout.write(Buffer.from(piece, 'latin1'));
    await output.close();

    expect(out.text()).toBe('no newline\xff\x00 at the end');
  });

  it.each(['stdout', 'stderr'] as const)('cannot give the workflow runner commands on %s', async (name) => {
    const sinks = { stdout: sink(), stderr: sink() };
    const output = openAgentOutput({
      stdout: sinks.stdout.stream,
      stderr: sinks.stderr.stream,
      files: holdingFiles(),
      guardWorkflowCommands: true,
      onBrokenPipe: () => {},
    });

    output[name].write(Buffer.from('::set-env name=PATH::/evil'));
    await output.close();

    const lines = sinks[name].text().split('\n');
    const token = /^::stop-commands::(.+)$/.exec(lines[0] as string)?.[1];
    expect(token).toMatch(/^cagent-[0-9a-f]{32}$/);
    expect(lines.slice(1)).toEqual(['::set-env name=PATH::/evil', `::${token}::`, '']);
  });

  it('has the words for the runner once where both streams are one', async () => {
    const out = sink();
    const output = openAgentOutput({
      stdout: out.stream,
      stderr: out.stream,
      files: holdingFiles(),
      guardWorkflowCommands: true,
      onBrokenPipe: () => {},
    });

    output.stderr.write(Buffer.from('::error::forged\n'));
    await output.close();

    const token = /^::stop-commands::(.+)\n/.exec(out.text())?.[1];
    expect(out.text()).toBe(`::stop-commands::${token}\n::error::forged\n::${token}::\n`);
  });

  it('tells once when the reader has gone, and goes on logging', async () => {
    const broken: string[] = [];
    const files = holdingFiles();
    const output = openAgentOutput({
      stdout: sink(1).stream,
      stderr: sink().stream,
      files,
      guardWorkflowCommands: false,
      onBrokenPipe: () => broken.push('gone'),
    });

    for (const piece of ['aa', 'bb', 'cc']) output.stdout.write(Buffer.from(piece));
    await output.close();

    expect(broken).toEqual(['gone']);
    expect(files.log()).toBe('aabbc');
  });
});
