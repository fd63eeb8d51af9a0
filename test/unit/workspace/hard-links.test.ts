import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { pathToByteText } from '../../../src/workspace/byte-text.js';
import { hardLinksToHidden } from '../../../src/workspace/hard-links.js';
import { cleanUp, temporary, write } from './fixture.js';

afterEach(cleanUp);

it('a large hidden directory takes nothing from the search for other names of what is hidden beside it', () => {
  const root = temporary();
  write(root, { 'big/a': '', 'big/b': '', 'big/c/d': '', 'small/key': 'x', '.env': 'y' });
  linkSync(join(root, 'small/key'), join(root, 'key.txt'));
  linkSync(join(root, '.env'), join(root, 'env.txt'));
  linkSync(join(root, 'big/c/d'), join(root, 'deep.txt'));
  const hidden = new Map(
    ['big', 'small', '.env'].map((path) => [path, { directory: path !== '.env', reason: 'rule' }]),
  );
  const files = ['key.txt', 'env.txt', 'deep.txt'];
  const search = (most: number) => hardLinksToHidden(pathToByteText(root), { files, hidden }, most);
  const shallow = { 'key.txt': 'small/key', 'env.txt': '.env' };
  expect(search(4)).toEqual({ found: new Map(Object.entries(shallow)), partly: true });
  expect(search(5)).toEqual({
    found: new Map(Object.entries({ ...shallow, 'deep.txt': 'big/c/d' })),
    partly: false,
  });
});
