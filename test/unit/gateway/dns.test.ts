import dnsPacket, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { answerQuestion } from '../../../src/gateway/dns/agent-question.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import { followAliases } from '../../../src/gateway/upstream/name-resolver.js';
import { parseResolver, resolversOf } from '../../../src/gateway/upstream/resolver-addresses.js';

const policy = planEgress(
  { mode: 'block', allow: ['api.example.com', '*.wild.example'] },
  { agentHosts: [] },
);

function ask(
  questions: readonly { name: string; type: string; class?: string }[],
  flags = 256,
  names = createSyntheticNames(),
) {
  const message = dnsPacket.encode({
    type: 'query',
    id: 4711,
    flags,
    questions: questions as dnsPacket.Question[],
  });
  const answered = answerQuestion(message, { policy, names });
  const reply = answered.reply === undefined ? undefined : dnsPacket.decode(answered.reply);
  return { ...answered, code: (reply?.flags ?? 0) & 15, packet: reply };
}

describe('an answer to the agent', () => {
  test('an allowed name: its address, under the very name that was asked', () => {
    const { code, packet, record } = ask([{ name: 'API.example.COM', type: 'A' }]);
    expect(code).toBe(0);
    expect(packet?.id).toBe(4711);
    expect(packet?.answers).toMatchObject([{ name: 'API.example.COM', type: 'A', data: '198.18.0.1' }]);
    expect(record).toMatchObject({ verdict: 'allowed', host: 'api.example.com', protocol: 'dns', port: 53 });
  });

  test.each([
    ['another name', 'evil.example', 'A', 3, 'blocked', 'dns-no-rule'],
    ['a sub-domain of an exact name', 'x.api.example.com', 'A', 3, 'blocked', 'dns-no-rule'],
    ['two labels under a wildcard', 'a.b.wild.example', 'A', 3, 'blocked', 'dns-no-rule'],
    ['a reverse question', '5.0.18.198.in-addr.arpa', 'PTR', 3, 'blocked', 'dns-no-rule'],
    ['AAAA', 'api.example.com', 'AAAA', 0, 'allowed', 'dns-type'],
    ['TXT', 'api.example.com', 'TXT', 0, 'blocked', 'dns-type'],
    ['another class', 'api.example.com', 'A CH', 3, 'blocked', 'dns-type'],
  ])('%s', (_what, name, type, code, verdict, reason) => {
    const [kind = '', cls = 'IN'] = type.split(' ');
    const answered = ask([{ name, type: kind, class: cls }]);
    expect(answered.code).toBe(code);
    expect(answered.packet?.answers).toEqual([]);
    expect(answered.record).toMatchObject({ verdict, reason });
  });

  test('a synthetic address leads back to its name, and no other address to any', () => {
    const names = createSyntheticNames();
    names.addressOf('api.example.com');
    const back = ask([{ name: '1.0.18.198.in-addr.arpa', type: 'PTR' }], 256, names);
    expect(back.packet?.answers).toMatchObject([{ type: 'PTR', data: 'api.example.com' }]);
    expect(back.record).toMatchObject({ verdict: 'allowed', reason: 'rule', host: 'api.example.com' });
    for (const name of ['2.0.18.198.in-addr.arpa', '1.0.18.198.in-addr.arpa.evil.example', '1.0.18.198'])
      expect(ask([{ name, type: 'PTR' }], 256, names)).toMatchObject({
        code: 3,
        record: { verdict: 'blocked' },
      });
    expect(ask([{ name: '1.0.18.198.in-addr.arpa', type: 'TXT' }], 256, names).code).toBe(3);
  });

  test('two questions, none, and another operation are refused', () => {
    expect(
      ask([
        { name: 'api.example.com', type: 'A' },
        { name: 'evil.example', type: 'A' },
      ]),
    ).toMatchObject({ code: 1, record: { reason: 'dns-malformed' } });
    expect(ask([])).toMatchObject({ code: 1 });
    expect(ask([{ name: 'api.example.com', type: 'A' }], 5 << 11)).toMatchObject({
      code: 4,
      record: { verdict: 'blocked' },
    });
  });

  test('an answer gets no answer', () => {
    const message = dnsPacket.encode({
      type: 'response',
      id: 1,
      questions: [{ type: 'A', name: 'api.example.com' }],
    });
    expect(answerQuestion(message, { policy, names: createSyntheticNames() }).reply).toBeUndefined();
  });

  test('over the cap a wildcard name is refused and recorded', () => {
    const names = createSyntheticNames(1);
    ask([{ name: 'a.wild.example', type: 'A' }], 256, names);
    expect(ask([{ name: 'b.wild.example', type: 'A' }], 256, names)).toMatchObject({
      code: 3,
      record: { verdict: 'blocked', reason: 'too-many-names' },
    });
  });

  test('any bytes give a decision, and only allowed names an address', () => {
    const names = createSyntheticNames();
    const valid = [
      ...dnsPacket.encode({ type: 'query', id: 1, questions: [{ type: 'A', name: 'evil.example' }] }),
    ];
    const damaged = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255))
      .map(([at, byte]) => valid.map((old, index) => (index === at ? byte : old)));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 600 }).map((bytes) => [...bytes]),
          damaged,
        ),
        (bytes) => {
          const answered = answerQuestion(Buffer.from(bytes), { policy, names });
          expect(answered.record.protocol).toBe('dns');
          expect(answered.address).toBeUndefined();
          if (answered.reply !== undefined) expect(answered.reply.length).toBeLessThan(1_000);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('an answer of the outside resolver', () => {
  const a = (name: string, data: string, ttl = 60): Answer => ({ type: 'A', name, data, ttl });
  const cname = (name: string, data: string, ttl = 60): Answer => ({ type: 'CNAME', name, data, ttl });

  test.each<[string, Answer[], string[], string]>([
    [
      'addresses of the name',
      [a('x.example', '1.1.1.1'), a('X.example.', '2.2.2.2')],
      ['1.1.1.1', '2.2.2.2'],
      'x.example',
    ],
    [
      'through aliases in any order',
      [a('z.example', '3.3.3.3'), cname('y.example', 'z.example'), cname('x.example', 'y.example')],
      ['3.3.3.3'],
      'z.example',
    ],
    ['addresses of other names do not count', [a('other.example', '4.4.4.4')], [], 'x.example'],
    ['an alias without its address', [cname('x.example', 'y.example')], [], 'y.example'],
    [
      'aliases in a circle',
      [cname('x.example', 'y.example'), cname('y.example', 'x.example')],
      [],
      'y.example',
    ],
  ])('%s', (_what, answers, addresses, last) => {
    expect(followAliases(answers, 'x.example')).toMatchObject({ addresses, last });
  });

  test('is kept for the shortest time on the way', () => {
    expect(
      followAliases([cname('x.example', 'y.example', 5), a('y.example', '1.1.1.1', 600)], 'x.example').ttl,
    ).toBe(5);
  });
});

test.each([
  ['1.1.1.1', { address: '1.1.1.1', port: 53 }],
  ['10.0.0.2:5353', { address: '10.0.0.2', port: 5353 }],
  ['::1', undefined],
  ['resolver.example', undefined],
  ['1.1.1.1:0', undefined],
  ['1.1.1.1:70000', undefined],
])('the resolver %s', (text, expected) => {
  expect(parseResolver(text)).toEqual(expected);
});

test('resolv.conf gives its first three IPv4 resolvers', () => {
  const text =
    '# nameserver 9.9.9.9\nsearch corp\nnameserver fd00::1\nnameserver 10.0.0.1\n nameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n';
  expect(resolversOf(text).map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
});
