// Runs commands in turn (A B A B …) on the same machine and reports medians and ratios: the speed of a machine
// drifts, the ratio of neighbours does not.
import { spawnSync } from 'node:child_process';

/** Milliseconds of one run of a command; throws when it fails. */
export function time([file, ...args], options = {}) {
  const began = performance.now();
  const result = spawnSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  const took = performance.now() - began;
  if (result.status !== 0)
    throw new Error(`${file} ${args.join(' ')} ended with ${result.status}: ${result.stderr}`);
  return took;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times every command `rounds` times, interleaved, after one uncounted round.
 * @param {Record<string, () => number>} measures name to a function that gives one figure
 * @returns {Record<string, {median: number, min: number, max: number, ratios: number[]}>} `ratios` to the first one
 */
export function interleave(measures, rounds) {
  const names = Object.keys(measures);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) measures[name]();
  for (let round = 0; round < rounds; round++) for (const name of names) figures[name].push(measures[name]());
  return summarise(figures);
}

/**
 * Median, range and ratio to the first row of figures that were taken in turn: the n-th of each belongs together.
 * @param {Record<string, readonly number[]>} figures
 */
export function summarise(figures) {
  const [base] = Object.values(figures);
  return Object.fromEntries(
    Object.entries(figures).map(([name, values]) => [
      name,
      {
        median: median(values),
        min: Math.min(...values),
        max: Math.max(...values),
        ratio: median(values.map((value, round) => value / base[round])),
      },
    ]),
  );
}

/** Prints one table: name, median, range, ratio to the first row. */
export function print(title, results, unit = 'ms', digits = 0) {
  console.log(`\n${title}`);
  for (const [name, { median: middle, min, max, ratio }] of Object.entries(results)) {
    const range = `[${min.toFixed(digits)}..${max.toFixed(digits)}]`;
    console.log(
      `  ${name.padEnd(44)} ${middle.toFixed(digits).padStart(7)} ${unit} ${range.padEnd(16)} ${ratio.toFixed(2)}x`,
    );
  }
}
