import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/core/duration.js';
import { formatSize, parseSize } from '../../../src/core/memory-size.js';

describe('a size', () => {
  test.each<[string, number | undefined]>([
    ['4g', 4 * 2 ** 30],
    ['4G', 4 * 2 ** 30],
    ['4gb', 4 * 2 ** 30],
    ['4GiB', 4 * 2 ** 30],
    ['512m', 512 * 2 ** 20],
    ['1.5k', 1536],
    ['2 T', 2 * 2 ** 40],
    ['1048576', 1_048_576],
    ['12b', 12],
    [' 7 ', 7],
    ['0', 0],
    ['', undefined],
    ['g', undefined],
    ['4x', undefined],
    ['4ib', undefined],
    ['-1g', undefined],
    ['1e9', undefined],
    ['4gg', undefined],
    ['4,5g', undefined],
    ['.5g', undefined],
    ['99999999999t', undefined],
    ['9'.repeat(400), undefined],
  ])('%j is %j bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each<[number, string]>([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [2 ** 20 - 1, '1 MiB'],
    [2 ** 20, '1 MiB'],
    [150 * 2 ** 20, '150 MiB'],
    [4 * 2 ** 30, '4 GiB'],
    [5_000 * 2 ** 40, '5000 TiB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test('reads back nearly as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (bytes) => {
        const back = parseSize(formatSize(bytes)) as number;
        expect(Math.abs(back - bytes) / bytes).toBeLessThan(0.06);
      }),
    );
  });
});

describe('a duration', () => {
  test.each<[string, number | undefined]>([
    ['30m', 1_800_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['4.1s', 4_100],
    ['1.5h', 5_400_000],
    ['45', 45_000],
    ['0', 0],
    [' 5m ', 300_000],
    ['', undefined],
    ['m', undefined],
    ['5 m', undefined],
    ['-5m', undefined],
    ['5M', undefined],
    ['1h30', undefined],
    ['1e3', undefined],
    ['9'.repeat(400), undefined],
  ])('%j is %j ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each<[number, string]>([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.6, '1.0 s'],
    [1_000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_960, '1 m'],
    [1_800_000, '30 m'],
    [92_000, '1 m 32 s'],
    [3_599_600, '1 h'],
    [5_400_000, '1 h 30 m'],
  ])('%d ms read %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
