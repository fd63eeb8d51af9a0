import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMask, longestForm, secretForms } from '../../../src/core/secret-values.js';

const value = fc
  .string({ minLength: 8, maxLength: 60, unit: 'binary' })
  .filter((text) => text.trim().length >= 8);
const ascii = fc.stringMatching(/^[!-~]{12,60}$/);

function masked(secret: string, text: string): string {
  return createMask([{ name: 'S', value: secret }])(text);
}

describe('the mask', () => {
  test('finds a value in base64 whatever stands before and after it', () => {
    fc.assert(
      fc.property(
        value,
        fc.uint8Array({ maxLength: 7 }),
        fc.uint8Array({ maxLength: 7 }),
        (secret, before, after) => {
          const bytes = Buffer.concat([before, Buffer.from(secret.trim()), after]);
          for (const encoding of ['base64', 'base64url'] as const) {
            const rest = masked(secret, bytes.toString(encoding)).replace('***', '');
            // At the borders a character also holds bits of the neighbours, and two at most are left of each end.
            expect(rest.length).toBeLessThanOrEqual(Math.ceil((before.length + after.length) * 1.34) + 8);
          }
        },
      ),
    );
  });

  test('leaves no character of base64 that depends on the value alone', () => {
    const secret = 'correct-horse-battery';
    for (let shift = 0; shift < 6; shift++) {
      const text = Buffer.from(`${'\0'.repeat(shift)}${secret}`).toString('base64');
      const other = Buffer.from(`${'\0'.repeat(shift)}${'\u007f'.repeat(secret.length)}`).toString('base64');
      const left = masked(secret, text).split('***');
      expect(left).toHaveLength(2);
      const [head = '', tail = ''] = left;
      expect(head.length).toBe(Math.ceil((shift * 8) / 6));
      expect(tail.replace(/=+$/, '').length).toBeLessThanOrEqual(1);
      expect(other.startsWith(head.slice(0, Math.floor((shift * 8) / 6)))).toBe(true);
    }
  });

  test.each<[string, (secret: string) => string]>([
    ['as it is', (secret) => secret],
    ['in hex', (secret) => Buffer.from(secret).toString('hex')],
    ['in upper-case hex', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent],
    [
      'URL-encoded with lower-case digits',
      (secret) => encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
    ],
    ['in the path of a URL', (secret) => encodeURIComponent(secret).replaceAll('%2F', '/')],
    ['as a form field', (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in JSON', (secret) => JSON.stringify({ a: secret }).slice(6, -2)],
    ['in JSON with escaped slashes', (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['reversed', (secret) => [...secret].reverse().join('')],
    ['as a name in DNS', (secret) => secret.toLowerCase()],
  ])('finds a value %s', (_, encode) => {
    fc.assert(fc.property(ascii, (secret) => void expect(masked(secret, encode(secret))).toBe('***')));
  });

  test('finds a long value in wrapped base64, line by line', () => {
    const secret = 'k'.repeat(40) + 'm'.repeat(60);
    for (const width of [64, 76]) {
      const lines =
        Buffer.from(secret)
          .toString('base64')
          .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      expect(masked(secret, lines.join('\n')).replaceAll('***', '')).toBe('\n'.repeat(lines.length - 1));
    }
  });

  test.each(['a&amp;b&lt;c"d', 'a&amp;b&lt;c&quot;d'])('finds a value in a page as %s', (shown) => {
    expect(masked('a&b<c"d', `<p title="${shown}">`)).toBe('<p title="***">');
  });

  test('finds a value in JSON that holds nothing but ASCII', () => {
    expect(masked('pässword-€-😀', '{"a":"p\\u00e4ssword-\\u20ac-\\ud83d\\ude00"}')).toBe('{"a":"***"}');
  });

  test('finds a value in JSON that may stand in a page', () => {
    expect(masked('a&b<c>d/e', '{"a":"a\\u0026b\\u003cc\\u003ed/e"}')).toBe('{"a":"***"}');
  });

  test('finds the single lines of a key file', () => {
    const secret = '-----BEGIN KEY-----\nMIIabcdefgh\nijklmnopqr\n-----END KEY-----\n';
    const text = masked(secret, '+MIIabcdefgh\n+ijklmnopqr\n');
    expect(text).toBe('+***\n+***\n');
  });

  test('finds a value whose surrounding blanks got lost', () => {
    expect(masked('  s3cr3t-value\n', 'x=s3cr3t-value;')).toBe('x=***;');
  });

  test('takes signs of regular expressions literally', () => {
    expect(masked('a.c*(d)[e]$', 'abc a.c*(d)[e]$ abccde')).toBe('abc *** abccde');
  });

  test.each(['', 'a', 'abc', '  x '])('does not tear holes for a value as short as %j', (secret) => {
    expect(masked(secret, 'abc a x  x  text')).toBe('abc a x  x  text');
  });

  test('replaces the longest of several values that begin alike', () => {
    const mask = createMask([
      { name: 'A', value: 'token' },
      { name: 'B', value: 'token-12345' },
    ]);
    expect(mask('(token-12345)')).toBe('(***)');
  });

  test('is the identity without values', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(createMask([])(text)).toBe(text)));
  });

  test('copes with values that are no valid text', () => {
    expect(masked('lone-\ud800-surrogate', 'x lone-\ud800-surrogate y')).toBe('x *** y');
  });
});

test('the longest form is as long as the longest thing that is looked for', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const secrets = values.map((text, at) => ({ name: String(at), value: text }));
      for (const text of values) {
        for (const form of secretForms(text)) expect(form.length).toBeLessThanOrEqual(longestForm(secrets));
      }
    }),
  );
});
