import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectories } from '../../../src/core/make-directories.js';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'make-directories-'));
});
afterEach(() => rmSync(base, { recursive: true }));

it('makes what is missing with the mode, and leaves what is there as it is', () => {
  makeDirectories(join(base, 'a/b/c'), 0o700);
  makeDirectories(join(base, 'a/b/c/d'), 0o755);
  expect(statSync(join(base, 'a')).mode & 0o777).toBe(0o700);
  expect(statSync(join(base, 'a/b/c')).mode & 0o777).toBe(0o700);
  expect(statSync(join(base, 'a/b/c/d')).isDirectory()).toBe(true);
});

it('fails where nothing can be made, and does not wait', () => {
  writeFileSync(join(base, 'file'), '');
  expect(() => makeDirectories(join(base, 'file/below'))).toThrow('ENOTDIR');
  expect(() => makeDirectories('/proc/cagent/below')).toThrow('ENOENT');
});
