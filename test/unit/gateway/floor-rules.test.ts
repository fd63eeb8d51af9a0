import { describe, expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { floorRules } from '../../../src/gateway/floor/floor-rules.js';
import { floorProblem } from '../../../src/gateway/floor/load-floor.js';
import { LINK_ADDRESSES } from '../../../src/gateway/protocol.js';

const RESOLVER = { address: '198.51.100.53', port: 53 };

function rulesFor(allow: readonly AllowEntry[], mode: 'block' | 'audit' = 'block', resolver = RESOLVER) {
  const policy = planEgress({ mode, allow: [...allow] }, { agentHosts: [] });
  return floorRules({ policy, link: LINK_ADDRESSES, resolvers: [resolver], brokers: [] });
}

/** The rules of one chain of the filter table, in order. */
function chain(text: string, name: string): readonly string[] {
  const filter = text.slice(text.indexOf('*filter'));
  return filter.split('\n').filter((line) => line.startsWith(`-A ${name} `));
}

describe('the packet filter', () => {
  test.each(['ipv4', 'ipv6'] as const)('drops by default in every direction (%s)', (family) => {
    const text = rulesFor(['api.example.com'])[family];
    for (const name of ['INPUT', 'FORWARD', 'OUTPUT']) expect(text).toContain(`:${name} DROP`);
  });

  test('accepts nothing of IPv6', () => {
    expect(rulesFor(['*'], 'audit').ipv6).not.toContain('ACCEPT\n-A');
    expect(rulesFor(['*'], 'audit').ipv6).not.toContain('-j ACCEPT');
  });

  test('forwards nothing when only names are allowed', () => {
    const accepted = chain(rulesFor(['api.example.com']).ipv4, 'FORWARD').filter((rule) =>
      rule.endsWith('ACCEPT'),
    );
    expect(accepted).toEqual([
      '-A FORWARD ! -i agent0 -o agent0 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
      '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    ]);
  });

  test('opens just the ports of the rules, towards the agent and towards the outside', () => {
    const { ipv4 } = rulesFor([{ dest: 'db.example.com', ports: [5432] }]);
    expect(
      chain(ipv4, 'INPUT').filter(
        (rule) => rule.includes('198.18.0.0/15') && rule.endsWith('--syn -j ACCEPT'),
      ),
    ).toEqual(['-A INPUT -d 198.18.0.0/15 -p tcp --dport 5432 --syn -j ACCEPT']);
    expect(chain(ipv4, 'DIAL')).toEqual(['-A DIAL -p tcp --dport 5432 -j ACCEPT']);
  });

  test('closes private and metadata addresses before anything is accepted', () => {
    const output = chain(rulesFor(['api.example.com']).ipv4, 'OUTPUT');
    const dial = output.indexOf('-A OUTPUT -j DIAL');
    for (const block of [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
      '169.254.0.0/16',
      '168.63.129.16/32',
      '127.0.0.0/8',
    ]) {
      const closed = output.findIndex((rule) => rule.startsWith(`-A OUTPUT -d ${block} `));
      expect([block, closed >= 0 && closed < dial]).toEqual([block, true]);
    }
  });

  test('a datagram that cannot be answered is refused before anything else is accepted', () => {
    const input = chain(rulesFor([{ dest: 'db.example.com', ports: ['53/udp'] }]).ipv4, 'INPUT');
    const accepted = input.filter((rule) => !rule.includes('! -i agent0'));
    expect(accepted[0]).toBe('-A INPUT -p udp --sport 0 -j REFUSE');
  });

  test('multicast is logged where it still can be seen, before the kernel drops it', () => {
    const raw = rulesFor(['*'], 'audit').ipv4.split('COMMIT')[0];
    expect(raw).toMatch(/-i agent0 -d 224\.0\.0\.0\/4 -j MULTICAST\n.*-d 224\.0\.0\.0\/4 -j DROP/);
  });

  test('a private name opens private ranges to the gateway’s own dials, never metadata', () => {
    const output = chain(rulesFor([{ dest: 'db.corp', private: true }]).ipv4, 'OUTPUT').join('\n');
    expect(output).not.toContain('-d 10.0.0.0/8');
    expect(output).toContain('-d 169.254.0.0/16');
  });

  test('a private resolver is reached on its port and no other', () => {
    const output = chain(
      rulesFor(['api.example.com'], 'block', { address: '10.0.0.2', port: 5353 }).ipv4,
      'OUTPUT',
    );
    expect(output.filter((rule) => rule.includes('10.0.0.2'))).toEqual([
      '-A OUTPUT -d 10.0.0.2 -p udp --dport 5353 -j ACCEPT',
      '-A OUTPUT -d 10.0.0.2 -p tcp --dport 5353 -j ACCEPT',
    ]);
  });

  test('the engine’s resolver may ask outside, and the gateway itself may not', () => {
    const output = chain(
      rulesFor(['api.example.com'], 'block', { address: '127.0.0.11', port: 53 }).ipv4,
      'OUTPUT',
    );
    expect(output.filter((rule) => rule.includes('--dport 53'))).toEqual([
      '-A OUTPUT -p udp --dport 53 -m owner --uid-owner 0 -j ACCEPT',
      '-A OUTPUT -p tcp --dport 53 -m owner --uid-owner 0 -j ACCEPT',
    ]);
  });

  test('a metadata address that a CIDR rule covers stays closed', () => {
    const forward = chain(rulesFor([{ dest: '169.0.0.0/8', ports: [80] }]).ipv4, 'FORWARD');
    const closed = forward.indexOf('-A FORWARD -d 169.254.0.0/16 -j REFUSE');
    const opened = forward.findIndex((rule) => rule.includes('--dport 80 -j ACCEPT'));
    expect(closed).toBeGreaterThanOrEqual(0);
    expect(closed).toBeLessThan(opened);
  });

  test('audit mode gathers every port of a name that has no listener, and nothing else is redirected', () => {
    const redirects = (mode: 'block' | 'audit') =>
      rulesFor(['api.example.com'], mode).ipv4.match(/.*REDIRECT.*/g);
    expect(redirects('block')).toBeNull();
    expect(redirects('audit')).toEqual(
      ['tcp', 'udp'].map(
        (protocol) =>
          `-A PREROUTING -i agent0 -d 198.18.0.0/15 -p ${protocol} -j REDIRECT --to-ports 61000-61015`,
      ),
    );
    expect(chain(rulesFor(['api.example.com'], 'audit').ipv4, 'INPUT')).toContain(
      '-A INPUT -d 100.64.7.1 -m conntrack --ctstate DNAT -j ACCEPT',
    );
  });

  test('audit mode forwards public addresses after refusing private ones', () => {
    const forward = chain(rulesFor([], 'audit').ipv4, 'FORWARD');
    expect(forward.indexOf('-A FORWARD -d 10.0.0.0/8 -j REFUSE')).toBeLessThan(
      forward.indexOf('-A FORWARD -p tcp -j ACCEPT'),
    );
    expect(forward.at(-1)).toBe('-A FORWARD -j REFUSE');
  });
});

describe('reading the packet filter back', () => {
  const loaded =
    '*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT DROP\n-A INPUT -j DROP\n-A OUTPUT -j DROP\nCOMMIT\n';
  const saved = (text: string): string => text.replace(/^:(\w+) DROP$/gm, ':$1 DROP [0:0]');

  test('a filter that is there whole is good', () => {
    expect(floorProblem(loaded, saved(loaded))).toBeUndefined();
  });

  test.each([
    [
      'that accepts by default',
      saved(loaded).replace(':OUTPUT DROP', ':OUTPUT ACCEPT'),
      /by default in OUTPUT/,
    ],
    ['with a rule missing', saved(loaded).replace('-A INPUT -j DROP\n', ''), /1 rules instead of 2/],
    ['that is not there at all', '', /by default in INPUT/],
  ])('one %s is not', (_what, text, problem) => {
    expect(floorProblem(loaded, text)).toMatch(problem);
  });
});
