import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnderPrefix, normalizePath } from '../../../src/egress/request-path.js';

describe('paths that can be read in one way only', () => {
  test.each([
    ['/', '/', '/'],
    ['/a/b', '/a/b', '/a/b'],
    ['/a//b', '/a//b', '/a//b'],
    ['/a/', '/a/', '/a/'],
    ['/%41%2D', '/A-', '/%41%2D'],
    ['/a%20b', '/a b', '/a%20b'],
    ['/%C3%BC', '/ü', '/%C3%BC'],
    ['/a/./b/../c', '/a/c', '/a/c'],
    ['/a/..', '/', '/'],
    ['/a/.', '/a/', '/a/'],
    ['/../../a', '/a', '/a'],
    ['/a/%2e%2E/b', '/b', '/b'],
    ['/a/.%2e/b', '/b', '/b'],
    ['/100%25', '/100%', '/100%25'],
    ['/a;b=c/d', '/a;b=c/d', '/a;b=c/d'],
    ['/a...b/.git', '/a...b/.git', '/a...b/.git'],
    ['/a?b=/../%2f\\', '/a', '/a?b=/../%2f\\'],
    ['/?', '/', '/?'],
  ])('%s', (target, path, forwarded) => {
    expect(normalizePath(target)).toEqual({ ok: true, path, target: forwarded });
  });
});

describe('paths that a server could read as another one are refused', () => {
  test.each([
    '',
    'a',
    '*',
    '?a',
    'http://a.example/',
    '//evil.example/a',
    '/a\\b',
    '/a/..\\b',
    '/a%2fb',
    '/a%2Fb',
    '/a%5cb',
    '/a/..%2f..%2fb',
    '/a%252fb',
    '/a%25252fb',
    '/a%25%32%66b',
    '/%25u002f',
    '/a%u002fb',
    '/a%zz',
    '/a%',
    '/a%2',
    '/a%00b',
    '/a%0d%0ab',
    '/a%7f',
    '/a%c2%85',
    '/a\u0000b',
    '/a b',
    '/a\tb',
    '/a\r\nb',
    '/ü',
    '/a%c0%afb',
    '/a%c0%ae%c0%ae/b',
    '/a%ff',
    '/a%ed%a0%80',
    '/a#b',
    '/a?b#c',
    '/a/..;/b',
    '/a/..;x=y/b',
    '/a/.;/b',
    '/a/..%3b/b',
    '/a/%2e%2e;/b',
    '/a/.../b',
    '/a/..%20/b',
    '/a/%20../b',
    '/a/. ./b'.replace(' ', '%20'),
    '/a//../b',
    '/a/../b;c/d',
    '/a%3f/../b',
    '/a%23/../b',
    '/.//evil.example',
    '/a%ef%bc%8fb',
    '/a%ef%bc%bcb',
    '/%ef%bc%8e%ef%bc%8e/b',
    '/%e2%80%a5/b',
    '/%ef%bc%852e/b',
  ])('%j', (target) => {
    expect(normalizePath(target)).toMatchObject({ ok: false, problem: expect.any(String) });
  });
});

// Pieces that attacks on path comparison are made of, so that random targets are nasty ones.
const piece = fc.constantFrom(
  '/',
  '/',
  '/',
  '.',
  '..',
  '%2e',
  '%2E',
  '%2f',
  '%5c',
  '%25',
  '%',
  '2f',
  'a',
  'v1',
  ';',
  '?',
  '#',
  '\\',
  '%00',
  '%c0%af',
  '%ef%bc%8f',
  '%20',
  ' ',
  'ü',
  '%c3%bc',
  '//',
  ':',
  '@',
  '\u2025',
  '*',
  '~',
);
const target = fc.array(piece, { maxLength: 14 }).map((pieces) => `/${pieces.join('')}`);

describe('for any request target', () => {
  test('normalising twice changes nothing', () => {
    fc.assert(
      fc.property(target, (text) => {
        const once = normalizePath(text);
        if (once.ok) expect(normalizePath(once.target)).toEqual(once);
      }),
      { numRuns: 5_000 },
    );
  });

  test('what is sent on has no dot segment, backslash or second leading slash, however often it is decoded', () => {
    fc.assert(
      fc.property(target, (text) => {
        const result = normalizePath(text);
        if (!result.ok) return;
        let path = String(result.target.split('?')[0]);
        for (let round = 0; round < 3; round++) {
          expect(path).not.toMatch(/(^|\/)\.\.?(;[^/]*)?(\/|$)|\\|^\/\//);
          path = decodeLoosely(path);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('what is under a prefix stays under it when a server resolves it by the URL standard', () => {
    fc.assert(
      fc.property(target, fc.constantFrom('/v1', '/v1/', '/a/v1/', '/'), (text, prefix) => {
        const result = normalizePath(text);
        if (!result.ok || !isUnderPrefix(result.path, prefix)) return;
        const resolved = decodeURIComponent(new URL(`http://host.example${result.target}`).pathname);
        expect(isUnderPrefix(resolved, prefix)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('no input makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof normalizePath(text).ok).toBe('boolean');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('prefixes end at a segment boundary', () => {
  test.each([
    ['/v1', '/v1', true],
    ['/v1/', '/v1', true],
    ['/v1/x', '/v1', true],
    ['/v10', '/v1', false],
    ['/v1', '/v1/', false],
    ['/v1/', '/v1/', true],
    ['/v1/x', '/v1/', true],
    ['/v1;x', '/v1', false],
    ['/anything', '/', true],
  ])('%s under %s: %s', (path, prefix, expected) => {
    expect(isUnderPrefix(path, prefix)).toBe(expected);
  });
});

function decodeLoosely(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
