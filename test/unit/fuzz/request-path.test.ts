import { expect, test } from 'vitest';
import { normalizePath } from '../../../src/egress/request-path.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

test(
  'a path that is accepted means the same to whoever reads what is sent on',
  async () => {
    await fuzz('request-path', 50_000, (bytes) => {
      const path = normalizePath(bytes.toString('latin1'));
      if (!path.ok) {
        expect(path.problem).not.toBe('');
        return;
      }
      expect(normalizePath(path.target)).toEqual(path);
      expect(path.path).not.toMatch(/(?:^|\/)\.\.?(?:\/|$)|[\\\p{Cc}]/u);
      // The URL standard's parser, with its own ideas of dots and encodings, has to arrive at the same place.
      const read = new URL(`http://host.example${path.target}`);
      expect(decodeURIComponent(read.pathname)).toBe(path.path);
      expect(read.host).toBe('host.example');
    });
  },
  FUZZ_TIMEOUT_MS,
);
