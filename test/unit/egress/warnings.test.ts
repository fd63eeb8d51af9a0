import { expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { policyOf } from './policy-of.js';

test.each<[string, readonly AllowEntry[], RegExp]>([
  [
    'the same rule twice',
    ['a.example', 'a.example'],
    /^network\.allow\[1\]: a\.example has no effect: a\.example \(network\.allow\[0\]\)/,
  ],
  ['spelled differently', ['a.example', 'A.Example.'], /network\.allow\[1\]/],
  ['a name under a wildcard', ['a.x.example', '*.x.example'], /network\.allow\[0\].*\*\.x\.example/],
  ['one label under any depth', ['**.x.example', '*.a.x.example'], /network\.allow\[1\]/],
  ['everything under *', ['*', '**.x.example'], /network\.allow\[1\]/],
  ['a URL under its host', ['a.example', 'https://a.example/'], /network\.allow\[1\]/],
  ['a host of a preset', ['node', 'registry.npmjs.org'], /network\.allow\[1\].*preset:node/],
  ['an address in a range', ['10.0.0.0/8', '10.1.0.0/16'], /network\.allow\[1\]/],
  [
    'a preset twice',
    ['node', 'node'],
    /^network\.allow\[1\]: the preset node is already network\.allow\[0\]/,
  ],
  [
    'a restriction that another rule undoes',
    ['https://a.example/v1/', 'a.example'],
    /^network\.allow\[0\].*restricts requests in vain: a\.example/,
  ],
  [
    'a restriction that a preset undoes',
    ['github', { dest: 'api.github.com', http: [{ methods: ['GET'] }] }],
    /network\.allow\[1\].*in vain/,
  ],
  ['a restriction that * undoes', ['https://a.example/v1/', '*'], /network\.allow\[0\].*in vain/],
  ['a name of one label without private', [{ dest: 'db', ports: [5432] }], /can never match.*private: true/],
  [
    'a dest that looks like a preset',
    [{ dest: 'node', private: true }],
    /for the preset write the word alone/,
  ],
  ['a wide range with private parts', ['8.0.0.0/6'], /leaves the private ranges 10\.0\.0\.0\/8 closed/],
])('plan warns about %s', (_, allow, warning) => {
  expect(policyOf(allow).warnings).toEqual([expect.stringMatching(warning)]);
});

test.each<[string, readonly AllowEntry[]]>([
  ['different hosts', ['a.example', 'b.example']],
  ['different ports', ['a.example', { dest: 'a.example', ports: [22] }]],
  ['a wildcard and its apex', ['*.x.example', 'x.example']],
  ['any depth beside one label of another zone', ['**.x.example', '*.y.example']],
  ['a private exception to a public wildcard', ['*.x.example', { dest: 'a.x.example', private: true }]],
  ['several restrictions that add up', ['https://a.example/v1/', 'https://a.example/v2/']],
  [
    'a restricted wildcard with an open exception',
    [{ dest: '*.x.example', http: [{ methods: ['GET'] }] }, 'a.x.example'],
  ],
  ['restrictions and an open port elsewhere', ['https://a.example/v1/', 'http://a.example/']],
  ['presets that share hosts', ['defaults', 'node', 'python']],
  ['a service by name', [{ dest: 'db', ports: [5432], private: true }]],
])('plan does not warn about %s', (_, allow) => {
  expect(policyOf(allow).warnings).toEqual([]);
});
