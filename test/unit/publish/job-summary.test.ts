import { describe, expect, it } from 'vitest';
import { fitSummary, SUMMARY_LIMIT_BYTES } from '../../../src/publish/job-summary.js';

describe('job summary', () => {
  it('that fits stays as it is', () => {
    const markdown = `${'x'.repeat(SUMMARY_LIMIT_BYTES - 1)}\n`;
    expect(fitSummary(markdown)).toBe(markdown);
  });

  it('that is too long ends at a line and says that it was cut', () => {
    const cut = fitSummary('| row |\n'.repeat(100), 400);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(400);
    expect(cut).toMatch(/^(\| row \|\n)+\n… cut here; the whole summary is in `summary.md`.\n$/);
  });

  it('is measured in bytes, since the runner counts them', () => {
    const cut = fitSummary('ü'.repeat(99).concat('\n').repeat(20), 1_000);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1_000);
    expect(cut.isWellFormed()).toBe(true);
  });

  it('of one line that is too long is empty rather than broken', () => {
    expect(fitSummary('x'.repeat(2_000), 1_000)).toBe('');
  });
});
