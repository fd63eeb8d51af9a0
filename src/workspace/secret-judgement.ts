import type { SecretRule } from './secret-rules.js';

/**
 * Words that only stand for a secret: a token of a provider never holds them by chance. The last ones are the public
 * key of Azure's storage emulator and the user of the token in every manual about JWT.
 */
const PLACEHOLDER =
  /example|placeholder|redacted|dummy|changeme|change_me|your[-_]|x{6,}|\*{3,}|\.{3}|\$\{|\{\{|<[a-z]|Eby8vdM02xNOcqFlq|eyJzdWIiOiIxMjM0NTY3ODkwI/i;

/** Passwords that everybody uses for a throw-away service on the own machine. */
const WELL_KNOWN_PASSWORDS = new Set([
  ...[
    'password',
    'passwd',
    'pass',
    'pwd',
    'pw',
    'secret',
    'postgres',
    'root',
    'admin',
    'test',
    'testing',
    'tester',
  ],
  ...[
    'user',
    'username',
    'guest',
    'mysql',
    'redis',
    'rabbitmq',
    'mongo',
    'minio',
    'minioadmin',
    'token',
    'api_key',
  ],
  ...[
    'apikey',
    'foo',
    'bar',
    'baz',
    'qux',
    'abc',
    'xxx',
    'xyz',
    '123',
    '1234',
    '12345',
    '123456',
    'password1',
  ],
  ...[
    'password123',
    'mypassword',
    'mypass',
    'docker',
    'dev',
    'local',
    'localhost',
    'demo',
    'sample',
    'default',
    'key',
  ],
]);

/** Whether a match of `rule` is a secret and not something that only stands for one. */
export function isSecret(rule: SecretRule, value: string): boolean {
  if (PLACEHOLDER.test(value)) return false;
  if (rule.judge === 'url-password') return isRealPassword(value);
  if (rule.judge === 'entropy') return looksRandom(value);
  return true;
}

/** `value` is `user:password` of a URL. */
function isRealPassword(value: string): boolean {
  const colon = value.indexOf(':');
  const user = value.slice(0, colon);
  const password = value.slice(colon + 1);
  if (password === user || WELL_KNOWN_PASSWORDS.has(password.toLowerCase())) return false;
  // Variables of shells, templates and format strings; a port is what `host:8080@` would be.
  return !/^[$%{[(#*]|^\d{1,5}$|[(){}|;,]/.test(password);
}

/** Long values with digits, letters of both kinds or hex, and no words: what a generator makes. */
function looksRandom(value: string): boolean {
  const digits = value.replace(/\D/g, '').length;
  if (digits < 2 || !/[a-z]/i.test(value)) return false;
  if (
    /^\w+(?:[./-]\w+)*\(|\.(?:js|ts|json|html?|com|org|net|io|png|svg|md|ya?ml)\b|^[./~]|:\/\//i.test(value)
  )
    return false;
  // Digits in many places of one word: no name is written like that, whatever letters come together by chance.
  const mixed = /^[A-Za-z0-9]+$/.test(value) && (value.match(/\d+/g)?.length ?? 0) >= 4;
  const words = value.match(/[A-Z]?[a-z]{4,}/g)?.join('').length ?? 0;
  if (!mixed && words > value.length * 0.5) return false;
  const hex = /^[0-9a-f-]+$/i.test(value);
  return entropy(value) >= (hex ? 3 : 3.7);
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
