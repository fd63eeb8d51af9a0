import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE } from '../../../src/core/error-catalogue.js';
import { sources } from './source-files.js';

describe('error catalogue', () => {
  const elsewhere = sources()
    .filter((file) => file.path !== 'src/core/error-catalogue.ts')
    .map((file) => file.code)
    .join('\n');

  it.each(Object.keys(ERROR_CATALOGUE))('%s is raised somewhere', (code) => {
    expect(elsewhere.includes(`'${code}'`)).toBe(true);
  });

  it.each(Object.entries(ERROR_CATALOGUE))('%s is explained in one sentence', (code, entry) => {
    expect(code).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
  });
});
