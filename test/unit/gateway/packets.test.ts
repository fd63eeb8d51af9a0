import { describe, expect, test } from 'vitest';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { parsePacket } from '../../../src/gateway/floor/packet.js';
import { packetRecord } from '../../../src/gateway/floor/packet-record.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import { LINK_ADDRESSES } from '../../../src/gateway/protocol.js';

const policy = planEgress(
  {
    mode: 'block',
    allow: [
      'api.example.com',
      { dest: 'ntp.example.com', ports: ['123/udp'] },
      { dest: '198.51.100.0/24', ports: [22] },
    ],
  },
  { agentHosts: [] },
);
const names = createSyntheticNames();
const api = names.addressOf('api.example.com') as string;
const ntp = names.addressOf('ntp.example.com') as string;

function recordOf(fields: object) {
  const line = JSON.stringify({ 'oob.prefix': 'refused', 'ip.protocol': 6, src_ip: '100.64.7.2', ...fields });
  const packet = parsePacket(line);
  return packet === undefined ? undefined : packetRecord(packet, { policy, names, link: LINK_ADDRESSES });
}

describe('a logged packet', () => {
  test.each([
    [
      'a direct address',
      { dest_ip: '198.51.100.7', dest_port: 443 },
      { verdict: 'blocked', reason: 'port-not-allowed', protocol: 'tcp', ip: '198.51.100.7', port: 443 },
    ],
    [
      'an address without a rule',
      { dest_ip: '8.8.8.8', dest_port: 53, 'ip.protocol': 17 },
      { reason: 'direct-address', protocol: 'udp', rule: 'floor' },
    ],
    ['metadata', { dest_ip: '169.254.169.254', dest_port: 80 }, { reason: 'metadata-address' }],
    ['an own port', { dest_ip: '100.64.7.1', dest_port: 8080 }, { reason: 'gateway-port' }],
    [
      'another port of a name',
      { dest_ip: api, dest_port: 22 },
      { reason: 'port-not-allowed', host: 'api.example.com', port: 22, rule: 'default' },
    ],
    ['ping', { dest_ip: '8.8.8.8', 'ip.protocol': 1 }, { reason: 'direct-address', protocol: 'icmp' }],
    [
      'ping of a name',
      { dest_ip: api, 'ip.protocol': 1 },
      { reason: 'protocol-not-allowed', protocol: 'icmp' },
    ],
    ['another protocol', { dest_ip: '8.8.8.8', 'ip.protocol': 47 }, { reason: 'protocol-not-allowed' }],
    [
      'a forged source',
      { 'oob.prefix': 'spoofed', src_ip: '10.0.0.1', dest_ip: '8.8.8.8', dest_port: 80 },
      { reason: 'spoofed-source', rule: 'floor' },
    ],
    [
      'IPv6',
      { 'ip.protocol': undefined, 'ip6.nexthdr': 6, dest_ip: 'fd00::1', dest_port: 80 },
      { reason: 'ipv6-address', protocol: 'tcp' },
    ],
    [
      'a sample of a flood',
      { 'oob.prefix': 'refused*100', dest_ip: '8.8.8.8', dest_port: 80 },
      { count: 100 },
    ],
    [
      'UDP to a name on the port of another',
      { 'oob.prefix': 'passed', 'ip.protocol': 17, dest_ip: api, dest_port: 123 },
      { verdict: 'blocked', reason: 'port-not-allowed' },
    ],
    [
      'a rule for the address',
      { 'oob.prefix': 'passed', dest_ip: '198.51.100.7', dest_port: 22 },
      { verdict: 'allowed', reason: 'rule' },
    ],
  ])('%s', (_what, fields, expected) => {
    expect(recordOf(fields)).toMatchObject({ verdict: 'blocked', ...expected });
  });

  test('UDP that a relay carries is left to the relay’s record', () => {
    expect(
      recordOf({ 'oob.prefix': 'passed', 'ip.protocol': 17, dest_ip: ntp, dest_port: 123 }),
    ).toBeUndefined();
  });

  test.each(['', '{', '[]', 'null', '{"oob.prefix":"else"}', '{"oob.prefix":7}'])('%j is not one', (line) => {
    expect(parsePacket(line)).toBeUndefined();
  });
});

describe('synthetic names', () => {
  test('an address stays with its name, and no two names share one', () => {
    const many = createSyntheticNames();
    const addresses = Array.from({ length: 1_000 }, (_, at) => many.addressOf(`n${at}.example.com`));
    expect(new Set(addresses).size).toBe(1_000);
    expect(many.addressOf('n7.example.com')).toBe(addresses[7]);
    expect(many.nameOf(addresses[7] as string)).toBe('n7.example.com');
    for (const address of addresses) expect(address).toMatch(/^198\.1[89]\./);
  });

  test('over the cap new names get none, and old ones keep theirs', () => {
    const few = createSyntheticNames(2);
    const first = few.addressOf('a.example.com');
    few.addressOf('b.example.com');
    expect(few.addressOf('c.example.com')).toBeUndefined();
    expect(few.addressOf('a.example.com')).toBe(first);
  });
});
