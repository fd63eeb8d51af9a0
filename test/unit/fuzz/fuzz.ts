import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';

const CORPUS = new URL('../../fixtures/fuzz/', import.meta.url).pathname;
/** Asked for: as many inputs as fit into this time. Else every machine tries the same ones, however quick it is. */
const SECONDS = process.env.FUZZ_SECONDS === undefined ? undefined : Number(process.env.FUZZ_SECONDS);
/** A slow machine stops early: it tries the first ones of the same. */
const ENOUGH_SECONDS = 30;
/** For vitest: the corpus and making a found input small take time too. */
export const FUZZ_TIMEOUT_MS = (SECONDS ?? ENOUGH_SECONDS) * 1_000 + 120_000;
const LONGEST_INPUT = 8_192;

/** What a target does with any bytes. It throws when a promise is broken. */
export type Target = (input: Buffer) => void | Promise<void>;

/**
 * Feeds a target: first every file of its corpus in test/fixtures/fuzz/NAME, then mutations of them. Input that breaks
 * it is made small and kept in the corpus, so that it is tried ever after.
 * @param inputs how many mutations, unless a time was asked for
 */
export async function fuzz(name: string, inputs: number, target: Target): Promise<void> {
  const corpus = corpusOf(name);
  expect(corpus.length).toBeGreaterThan(0);
  for (const { file, bytes } of corpus) await attempt(target, bytes, `${name}/${file}`);
  const property = fc.asyncProperty(mutations(corpus.map(({ bytes }) => bytes)), async (bytes) => {
    await target(Buffer.from(bytes));
  });
  const result = await fc.check(property, {
    numRuns: SECONDS === undefined ? inputs : Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: (SECONDS ?? ENOUGH_SECONDS) * 1_000,
    markInterruptAsFailure: false,
  });
  if (!result.failed || result.counterexample === null) {
    expect(result.numRuns).toBeGreaterThan(0);
    return;
  }
  const [bytes] = result.counterexample;
  const kept = `found-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.bin`;
  writeFileSync(join(CORPUS, name, kept), bytes);
  await attempt(target, Buffer.from(bytes), `${name}/${kept}`);
  throw result.errorInstance;
}

async function attempt(target: Target, bytes: Buffer, label: string): Promise<void> {
  try {
    await target(bytes);
  } catch (cause) {
    throw Object.assign(Error(`fuzz: ${label} breaks a promise: ${String(cause)}`), { cause });
  }
}

function corpusOf(name: string): readonly { readonly file: string; readonly bytes: Buffer }[] {
  const directory = join(CORPUS, name);
  return readdirSync(directory)
    .sort()
    .map((file) => ({ file, bytes: readFileSync(join(directory, file)) }));
}

/** Bytes out of nothing now and then, else a piece of the corpus with some edits. */
function mutations(seeds: readonly Buffer[]): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...seeds);
  const mutated = fc
    .tuple(seed, fc.array(edit(seeds), { minLength: 1, maxLength: 6 }))
    .map(([bytes, edits]) => edits.reduce((now, change) => change(now), bytes).subarray(0, LONGEST_INPUT));
  return fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 9, arbitrary: mutated },
  );
}

type Edit = (bytes: Buffer) => Buffer;

/** The edits of the usual byte fuzzers: flip, overwrite, extreme lengths, insert, cut, repeat, splice. */
function edit(seeds: readonly Buffer[]): fc.Arbitrary<Edit> {
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const piece = fc.uint8Array({ minLength: 1, maxLength: 12 });
  const extreme = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0xfe, 10, 13, 32, 37, 46, 47, 92);
  return fc.oneof(
    fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(
      ([at, bit]): Edit =>
        (bytes) => {
          const changed = Buffer.from(bytes);
          const index = Math.floor(at * changed.length);
          if (index < changed.length) changed[index] = (changed[index] as number) ^ (1 << bit);
          return changed;
        },
    ),
    fc.tuple(place, fc.oneof(extreme, fc.nat(255))).map(
      ([at, value]): Edit =>
        (bytes) => {
          const changed = Buffer.from(bytes);
          const index = Math.floor(at * changed.length);
          if (index < changed.length) changed[index] = value;
          return changed;
        },
    ),
    fc.tuple(place, fc.constantFrom(0, 1, 255, 256, 16_384, 65_535)).map(
      ([at, value]): Edit =>
        (bytes) => {
          const changed = Buffer.from(bytes);
          const index = Math.floor(at * changed.length);
          if (index + 2 <= changed.length) changed.writeUInt16BE(value, index);
          return changed;
        },
    ),
    fc.tuple(place, piece).map(
      ([at, more]): Edit =>
        (bytes) => {
          const index = Math.floor(at * (bytes.length + 1));
          return Buffer.concat([bytes.subarray(0, index), more, bytes.subarray(index)]);
        },
    ),
    fc.tuple(place, place).map(
      ([one, other]): Edit =>
        (bytes) => {
          const [from, to] = [one, other].map((at) => Math.floor(at * bytes.length)).sort((a, b) => a - b);
          return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
        },
    ),
    fc.tuple(place, place, fc.integer({ min: 1, max: 4 })).map(
      ([one, other, times]): Edit =>
        (bytes) => {
          const [from, to] = [one, other].map((at) => Math.floor(at * bytes.length)).sort((a, b) => a - b);
          const repeated = Array.from({ length: times }, () => bytes.subarray(from, to));
          return Buffer.concat([bytes.subarray(0, to), ...repeated, bytes.subarray(to)]);
        },
    ),
    fc.tuple(place, place, fc.constantFrom(...seeds)).map(
      ([at, from, other]): Edit =>
        (bytes) =>
          Buffer.concat([
            bytes.subarray(0, Math.floor(at * bytes.length)),
            other.subarray(Math.floor(from * other.length)),
          ]),
    ),
  );
}
