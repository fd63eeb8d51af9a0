import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePath, displayPath, encodePath, fsPath } from '../../../src/core/path-text.js';
import { isRunnerCommand } from './runner-command.js';

/** Names as file systems hold them: bytes, often nearly UTF-8. */
const name = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 3 }), fc.string({ unit: 'grapheme' }))
    .map(([before, noise, after]) => Buffer.concat([Buffer.from(before), noise, Buffer.from(after)])),
);

describe('the text of a path', () => {
  test('gives back the bytes of any name, also through JSON', () => {
    fc.assert(
      fc.property(name, (bytes) => {
        const text = decodePath(bytes);
        expect(encodePath(text)).toEqual(bytes);
        expect(encodePath(JSON.parse(JSON.stringify(text)))).toEqual(bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is the name itself when that is UTF-8', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (text) => void expect(decodePath(Buffer.from(text))).toBe(text),
      ),
    );
  });

  test('keeps two different names apart', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(!a.equals(b));
        expect(decodePath(a)).not.toBe(decodePath(b));
      }),
    );
  });

  test.each([
    ['an overlong slash', [0xc0, 0xaf], '\udcc0\udcaf'],
    ['an encoded surrogate', [0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
    ['a cut sequence', [0x61, 0xe2, 0x82], 'a\udce2\udc82'],
    ['beyond Unicode', [0xf5, 0x80, 0x80, 0x80], '\udcf5\udc80\udc80\udc80'],
    ['a good sequence after a bad byte', [0xff, 0xe2, 0x82, 0xac], '\udcff€'],
  ])('does not take %s for a character', (_, bytes, text) => {
    expect(decodePath(Buffer.from(bytes))).toBe(text);
  });

  test('reads a view into a larger buffer', () => {
    expect(decodePath(new Uint8Array(Buffer.from('xxabcxx')).subarray(2, 5))).toBe('abc');
  });
});

test('a path for the file system is text where that is enough, else bytes', () => {
  expect(fsPath('/root', '')).toBe('/root');
  expect(fsPath('/root', 'a/b')).toBe('/root/a/b');
  expect(fsPath('/root', 'a\udcff')).toEqual(Buffer.from([...Buffer.from('/root/a'), 0xff]));
});

describe('a path for people', () => {
  test.each([
    ['a\nb', 'a\\nb'],
    ['a\u001b[31mb', 'a\\u001b[31mb'],
    ['a\u202egnp.exe', 'a\\u202egnp.exe'],
    ['a\u200bb', 'a\\u200bb'],
    ['a\u061cb', 'a\\u061cb'],
    ['a\u{e0041}b', 'a\\u{e0041}b'],
    ['a\u3164b', 'a\\u3164b'],
    ['a\udcffb', 'a\\xffb'],
    ['a\\nb', 'a\\\\nb'],
    ['::error::x', '\\u003a:error::x'],
    ['a ##[error]x', 'a ##\\u005berror]x'],
    ['::1 a::b', '::1 a::b'],
    ['größe/文件/שלום 😀.txt', 'größe/文件/שלום 😀.txt'],
  ])('%j is shown as %s', (path, shown) => {
    expect(displayPath(path)).toBe(shown);
  });

  test('never looks like another path', () => {
    const tricky = fc.array(
      fc.constantFrom('\\', 'n', 'u', '2', '0', 'e', 'x', 'f', '\n', '\u202e', '\udcff', '{', '}'),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(tricky, tricky, (a, b) => {
        fc.pre(a.join('') !== b.join(''));
        expect(displayPath(a.join(''))).not.toBe(displayPath(b.join('')));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is no command in the log of a workflow, wherever in a line it stands', () => {
    const parts = ['::', ':', '##', '#', '[', ']', ' ', '\n', 'error', 'set-output name=x', 'é'];
    const tricky = fc.array(fc.constantFrom(...parts), { maxLength: 10 }).map((some) => some.join(''));
    fc.assert(
      fc.property(tricky, fc.constantFrom('', '    ', 'Notice: '), (text, before) => {
        expect(isRunnerCommand(`${before}${displayPath(text)}:7  ::x::`)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is one line without anything unseen', () => {
    fc.assert(
      fc.property(
        name,
        (bytes) =>
          void expect(displayPath(decodePath(bytes))).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u),
      ),
    );
  });
});
