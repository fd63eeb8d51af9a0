import { describe, expect, test } from 'vitest';
import {
  type AddressBlock,
  formatIPv4,
  parseBlock,
  parseIPv4,
  subtractBlocks,
} from '../../../src/egress/address.js';
import { addressVerdict } from '../../../src/egress/address-verdict.js';
import { directRules, directVerdict, publicBlocks } from '../../../src/egress/direct.js';
import { listenPorts, udpNameRules } from '../../../src/egress/listeners.js';
import { CANARY, LINK_ADDRESSES } from '../../../src/gateway/protocol.js';
import { policyOf } from './policy-of.js';

describe('answers of the resolver', () => {
  test.each([
    ['93.184.216.34', 'rule', 'rule'],
    ['198.51.100.7', 'rule', 'rule'],
    ['172.15.255.255', 'rule', 'rule'],
    ['172.32.0.0', 'rule', 'rule'],
    ['100.63.255.255', 'rule', 'rule'],
    ['100.128.0.0', 'rule', 'rule'],
    ['198.17.255.255', 'rule', 'rule'],
    ['198.20.0.0', 'rule', 'rule'],
    ['223.255.255.255', 'rule', 'rule'],
    ['10.0.0.1', 'private-address', 'rule'],
    ['10.255.255.255', 'private-address', 'rule'],
    ['172.16.0.0', 'private-address', 'rule'],
    ['172.31.255.255', 'private-address', 'rule'],
    ['192.168.1.1', 'private-address', 'rule'],
    ['100.64.0.1', 'private-address', 'rule'],
    ['100.127.255.253', 'private-address', 'rule'],
    ['::ffff:10.0.0.1', 'private-address', 'rule'],
    ['::ffff:a00:1', 'private-address', 'rule'],
    ['0:0:0:0:0:FFFF:10.0.0.1', 'private-address', 'rule'],
    ['::ffff:93.184.216.34', 'rule', 'rule'],
    ['::ffff:169.254.169.254', 'metadata-address', 'metadata-address'],
    ['::ffff:7f00:1', 'loopback-address', 'loopback-address'],
    ['127.0.0.1', 'loopback-address', 'loopback-address'],
    ['127.255.255.255', 'loopback-address', 'loopback-address'],
    ['169.254.169.254', 'metadata-address', 'metadata-address'],
    ['169.254.0.1', 'metadata-address', 'metadata-address'],
    ['168.63.129.16', 'metadata-address', 'metadata-address'],
    ['100.100.100.200', 'metadata-address', 'metadata-address'],
    ['192.0.0.192', 'metadata-address', 'metadata-address'],
    ['224.0.0.1', 'multicast-address', 'multicast-address'],
    ['239.255.255.255', 'multicast-address', 'multicast-address'],
    ['255.255.255.255', 'multicast-address', 'multicast-address'],
    ['240.0.0.1', 'reserved-address', 'reserved-address'],
    ['0.0.0.0', 'reserved-address', 'reserved-address'],
    ['0.1.2.3', 'reserved-address', 'reserved-address'],
    ['192.0.0.1', 'reserved-address', 'reserved-address'],
    ['198.18.0.5', 'own-address', 'own-address'],
    ['198.19.255.255', 'own-address', 'own-address'],
    ['100.64.7.1', 'own-address', 'own-address'],
    ['::1', 'ipv6-address', 'ipv6-address'],
    ['::', 'ipv6-address', 'ipv6-address'],
    ['2606:2800:220:1::1', 'ipv6-address', 'ipv6-address'],
    ['64:ff9b::a00:1', 'ipv6-address', 'ipv6-address'],
    ['::10.0.0.1', 'ipv6-address', 'ipv6-address'],
    ['::8.8.8.8', 'ipv6-address', 'ipv6-address'],
    ['fe80::1%eth0', 'ipv6-address', 'ipv6-address'],
    ['010.0.0.1', 'reserved-address', 'reserved-address'],
    ['2130706433', 'reserved-address', 'reserved-address'],
    ['', 'reserved-address', 'reserved-address'],
  ])('%s: %s, with private: true %s', (address, reason, reasonIfPrivate) => {
    expect(addressVerdict(address, { private: false })).toEqual({ allowed: reason === 'rule', reason });
    expect(addressVerdict(address, { private: true })).toEqual({
      allowed: reasonIfPrivate === 'rule',
      reason: reasonIfPrivate,
    });
  });

  test('the link, and the address that proves the floor, are never destinations', () => {
    for (const address of [LINK_ADDRESSES.gateway, LINK_ADDRESSES.agent, CANARY.address]) {
      expect(addressVerdict(address, { private: true }).reason).toBe('own-address');
    }
  });
});

describe('what the packet filter opens', () => {
  test.each([
    ['9.9.9.9', ['9.9.9.9/32 80/tcp', '9.9.9.9/32 443/tcp']],
    [{ dest: '9.9.9.9', ports: ['53/udp'] }, ['9.9.9.9/32 53/udp']],
    [{ dest: '10.1.0.0/16', ports: [5432] }, ['10.1.0.0/16 5432/tcp']],
    ['api.example.com', []],
    ['*', []],
  ])('%j', (entry, expected) => {
    const rules = directRules(policyOf([entry]));
    expect(rules.map((rule) => `${rule.address}/${rule.prefix} ${rule.port}/${rule.protocol}`)).toEqual(
      expected,
    );
  });

  const everything = { dest: '0.0.0.0/0', ports: [443] };

  test.each([
    ['8.8.8.8', true, true],
    ['198.51.100.1', true, true],
    ['10.1.2.3', false, true],
    ['192.168.0.1', false, true],
    ['100.64.0.1', false, true],
    ['169.254.169.254', false, false],
    ['168.63.129.16', false, false],
    ['168.63.129.17', true, true],
    ['127.0.0.1', false, false],
    ['198.18.0.1', false, false],
    ['100.64.7.1', false, false],
    ['100.127.255.254', false, false],
    ['0.0.0.1', false, false],
    ['224.0.0.1', false, false],
    ['255.255.255.255', false, false],
  ])('a rule for the whole world reaches %s: %s, with private: true %s', (address, open, openIfPrivate) => {
    for (const [entry, expected] of [
      [everything, open],
      [{ ...everything, private: true }, openIfPrivate],
    ] as const) {
      const policy = policyOf([entry]);
      const accepted = directRules(policy).some((rule) => contains(rule, address));
      expect(accepted).toBe(expected);
      // One implementation of "does this rule match" for the filter and for the record.
      expect(directVerdict(policy, { address, protocol: 'tcp', port: 443 }).verdict).toBe(
        expected ? 'allowed' : 'blocked',
      );
    }
  });

  test('a written private range does not open metadata or the link inside of it', () => {
    const open = directRules(policyOf([{ dest: '100.64.0.0/10', ports: [443] }]));
    for (const address of ['100.100.100.200', '100.64.7.2', CANARY.address]) {
      expect(open.some((rule) => contains(rule, address))).toBe(false);
    }
    expect(open.some((rule) => contains(rule, '100.64.8.1'))).toBe(true);
  });

  test('the blocks of a subtraction do not overlap and miss nothing', () => {
    const blocks = subtractBlocks(block('10.0.0.0/24'), [block('10.0.0.77/32'), block('10.0.0.128/26')]);
    const counted = blocks.flatMap(({ base, prefix }) =>
      Array.from({ length: 2 ** (32 - prefix) }, (_, i) => formatIPv4(base + i)),
    );
    const expected = Array.from({ length: 256 }, (_, i) => i).filter(
      (i) => i !== 77 && !(i >= 128 && i < 192),
    );
    expect(counted).toEqual(expected.map((i) => `10.0.0.${i}`));
  });
});

describe('packets to an address without a name', () => {
  const policy = policyOf([
    { dest: '198.51.100.7', ports: [22] },
    { dest: '10.1.0.0/16', ports: ['53/udp'] },
  ]);
  test.each([
    ['198.51.100.7', 'tcp', 22, 'allowed', 'rule'],
    ['198.51.100.7', 'tcp', 23, 'blocked', 'port-not-allowed'],
    ['198.51.100.7', 'udp', 22, 'blocked', 'port-not-allowed'],
    ['198.51.100.7', 'icmp', undefined, 'blocked', 'port-not-allowed'],
    ['198.51.100.8', 'tcp', 443, 'blocked', 'direct-address'],
    ['198.51.100.8', 'icmp', undefined, 'blocked', 'direct-address'],
    ['10.1.2.3', 'udp', 53, 'allowed', 'rule'],
    ['10.1.2.3', 'tcp', 53, 'blocked', 'port-not-allowed'],
    ['10.2.0.1', 'tcp', 443, 'blocked', 'private-address'],
    ['169.254.169.254', 'tcp', 80, 'blocked', 'metadata-address'],
    ['2001:db8::1', 'tcp', 80, 'blocked', 'ipv6-address'],
  ] as const)('%s %s %s: %s, %s', (address, protocol, port, verdict, reason) => {
    const attempt = port === undefined ? { address, protocol } : { address, protocol, port };
    expect(directVerdict(policy, attempt)).toMatchObject({ verdict, reason });
    const audited = verdict === 'blocked' && address.startsWith('198.51.100.');
    expect(directVerdict({ ...policy, mode: 'audit' }, attempt).verdict).toBe(audited ? 'audited' : verdict);
  });

  test('audit mode opens exactly the public addresses', () => {
    const open = publicBlocks();
    for (const address of ['8.8.8.8', '198.51.100.1', '168.63.129.17', '223.255.255.255']) {
      expect(open.some((block) => contains(block, address))).toBe(true);
    }
    for (const address of [
      '10.0.0.1',
      '172.20.0.1',
      '169.254.169.254',
      '168.63.129.16',
      '127.0.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '0.0.0.0',
    ]) {
      expect(open.some((block) => contains(block, address))).toBe(false);
    }
  });
});

test('the gateway listens where names have TCP ports, and nowhere else', () => {
  const policy = policyOf([
    'https://a.example:8443/',
    { dest: 'b.example', ports: [22, '123/udp'] },
    { dest: '9.9.9.9', ports: [853] },
  ]);
  expect(listenPorts(policy)).toEqual([22, 8443]);
  expect(udpNameRules(policy)).toEqual([
    {
      target: { kind: 'name', name: 'b.example' },
      port: 123,
      private: false,
      rule: '{ dest: b.example, ports: [22, 123/udp] }',
    },
  ]);
  expect(listenPorts({ ...policy, mode: 'audit' })).toEqual([22, 80, 443, 8443]);
});

function block(text: string): AddressBlock {
  return parseBlock(text) as AddressBlock;
}

function contains(
  { address, prefix }: { readonly address: string; readonly prefix: number },
  wanted: string,
): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(Number(parseIPv4(address)) / size) === Math.floor(Number(parseIPv4(wanted)) / size);
}
