import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow } from './source-files.js';

const atTheTop = readdirSync('.')
  .filter((name) => name.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const documents = [...atTheTop, ...filesBelow('docs', ['.md']), ...filesBelow('examples', ['.md'])];

describe('documents', () => {
  it.each(documents.map((file) => [file.path, file.text] as const))(
    'the links of %s lead somewhere',
    (path, text) => {
      const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(
        (match) => (match[1] as string).split('#')[0] as string,
      );
      const local = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
      expect(local.filter((target) => !existsSync(posix.join(posix.dirname(path), target)))).toEqual([]);
    },
  );

  it('the tests and scripts that documents name exist', () => {
    const named = documents.flatMap((file) =>
      [...file.text.matchAll(/`((?:test|script)\/[\w./-]+)`/g)].map((match) => match[1] as string),
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((path) => !existsSync(path)).sort()).toEqual([]);
  });
});
