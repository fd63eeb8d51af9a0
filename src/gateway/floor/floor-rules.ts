import { isIPv4 } from 'node:net';
import { formatBlock } from '../../egress/address.js';
import { CLOSED_RANGES, PRIVATE_RANGES } from '../../egress/address-ranges.js';
import { addressVerdict } from '../../egress/address-verdict.js';
import { directRules } from '../../egress/direct.js';
import { listenPorts, udpNameRules } from '../../egress/listeners.js';
import type { EgressPolicy } from '../../egress/policy.js';
import type { BrokerStart, LinkAddresses } from '../protocol.js';
import { LINK_INTERFACE as LINK, SYNTHETIC_BLOCK } from '../start/link-interface.js';
import type { ResolverAddress } from '../upstream/resolver-addresses.js';
import { ANY_PORTS } from './any-port.js';

/**
 * The packet filter of the gateway as text for iptables-restore and ip6tables-restore. It is the floor under
 * everything else: what the gateway's own code does not forward on purpose has no way out.
 */
export interface FloorRules {
  readonly ipv4: string;
  readonly ipv6: string;
}

export interface FloorInput {
  readonly policy: EgressPolicy;
  readonly link: LinkAddresses;
  readonly resolvers: readonly ResolverAddress[];
  readonly brokers?: readonly Pick<BrokerStart, 'port' | 'upstream' | 'private'>[];
}

/** Group of the packet log; ulogd.conf has the same number. */
const LOG_GROUP = 7;
/** Up to this rate each refused packet is logged; above it one in {@link SAMPLE} stands for all. */
const LOG_RATE = '--hashlimit-upto 2000/sec --hashlimit-burst 4000';
export const SAMPLE = 100;

export function floorRules(input: FloorInput): FloorRules {
  return { ipv4: ipv4Rules(input), ipv6: ipv6Rules() };
}

function ipv4Rules(input: FloorInput): string {
  const { link } = input;
  return (
    table(
      'raw',
      ['PREROUTING ACCEPT', 'SPOOFED -', 'MULTICAST -'],
      [
        `-A PREROUTING -i ${LINK} ! -s ${link.agent} -j SPOOFED`,
        `-A PREROUTING -i ${LINK} ! -s ${link.agent} -j DROP`,
        ...logged('SPOOFED', 'spoofed'),
        // No group has a member here, so the kernel would drop it before any other table sees it.
        `-A PREROUTING -i ${LINK} -d 224.0.0.0/4 -j MULTICAST`,
        `-A PREROUTING -i ${LINK} -d 224.0.0.0/4 -j DROP`,
        ...logged('MULTICAST', 'refused'),
      ],
    ) +
    table(
      'nat',
      ['PREROUTING ACCEPT', 'POSTROUTING ACCEPT'],
      [
        ...(input.policy.mode === 'audit' ? redirectRules(input.policy) : []),
        // What is forwarded on purpose (address rules) goes out under the gateway's own address.
        `-A POSTROUTING -s ${link.agent} ! -o ${LINK} -j MASQUERADE`,
      ],
    ) +
    table(
      'filter',
      ['INPUT DROP', 'FORWARD DROP', 'OUTPUT DROP', 'REFUSE -', 'REFUSE_LOG -', 'PASSED -', 'DIAL -'],
      [
        ...inputRules(input),
        ...forwardRules(input),
        ...outputRules(input),
        ...logged('REFUSE_LOG', 'refused'),
        '-A REFUSE -j REFUSE_LOG',
        // Refused fast: a tool that gets a reset reports it, one that gets silence hangs.
        '-A REFUSE -p tcp -j REJECT --reject-with tcp-reset',
        '-A REFUSE -j REJECT --reject-with icmp-admin-prohibited',
        ...logged('PASSED', 'passed'),
      ],
    )
  );
}

/** Ports of names that nothing listens on, see any-port. */
function redirectRules(policy: EgressPolicy): readonly string[] {
  const block = `-A PREROUTING -i ${LINK} -d ${SYNTHETIC_BLOCK}`;
  const range = `${ANY_PORTS[0]}-${ANY_PORTS.at(-1)}`;
  return [
    ...listenPorts(policy).map((port) => `${block} -p tcp --dport ${port} -j RETURN`),
    ...udpPortsOf(policy).map((port) => `${block} -p udp --dport ${port} -j RETURN`),
    ...['tcp', 'udp'].map((protocol) => `${block} -p ${protocol} -j REDIRECT --to-ports ${range}`),
  ];
}

function udpPortsOf(policy: EgressPolicy): readonly number[] {
  return [...new Set(udpNameRules(policy).map(({ port }) => port))];
}

/** To the gateway itself: names (synthetic addresses) and DNS, from the agent only. */
function inputRules({ policy, link, resolvers, brokers = [] }: FloorInput): readonly string[] {
  const udpPorts = udpPortsOf(policy);
  return [
    // Docker's own resolver on user-defined networks listens inside of this namespace.
    ...resolvers.filter(isLoopback).map(({ address }) => `-A INPUT -i lo -d ${address} -j ACCEPT`),
    ...(resolvers.some(isLoopback) ? ['-A INPUT -i lo -m conntrack --ctstate ESTABLISHED -j ACCEPT'] : []),
    `-A INPUT ! -i ${LINK} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `-A INPUT ! -i ${LINK} -j DROP`,
    // Nobody can be answered there.
    '-A INPUT -p udp --sport 0 -j REFUSE',
    `-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `-A INPUT -d ${link.gateway} -p udp --dport 53 -j ACCEPT`,
    `-A INPUT -d ${link.gateway} -p tcp --dport 53 --syn -j ACCEPT`,
    ...brokers.map(({ port }) => `-A INPUT -d ${link.gateway} -p tcp --dport ${port} --syn -j ACCEPT`),
    ...listenPorts(policy).map(
      (port) => `-A INPUT -d ${SYNTHETIC_BLOCK} -p tcp --dport ${port} --syn -j ACCEPT`,
    ),
    // The relays record what they carry; the log tells of the names that have no relay on an open port.
    ...udpPorts.flatMap((port) => [
      `-A INPUT -d ${SYNTHETIC_BLOCK} -p udp --dport ${port} -j PASSED`,
      `-A INPUT -d ${SYNTHETIC_BLOCK} -p udp --dport ${port} -j ACCEPT`,
    ]),
    ...(policy.mode === 'audit' ? [`-A INPUT -d ${link.gateway} -m conntrack --ctstate DNAT -j ACCEPT`] : []),
    // What is left of closed connections is no attempt at anything: a reset, no record.
    `-A INPUT -d ${SYNTHETIC_BLOCK} -p tcp ! --syn -j REJECT --reject-with tcp-reset`,
    ...[53, ...brokers.map(({ port }) => port)].map(
      (port) =>
        `-A INPUT -d ${link.gateway} -p tcp --dport ${port} ! --syn -j REJECT --reject-with tcp-reset`,
    ),
    '-A INPUT -j REFUSE',
  ];
}

/** Through the gateway: only addresses that rules list, or public ones in audit mode. */
function forwardRules({ policy }: FloorInput): readonly string[] {
  return [
    `-A FORWARD ! -i ${LINK} -o ${LINK} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `-A FORWARD ! -i ${LINK} -j DROP`,
    `-A FORWARD -o ${LINK} -j REFUSE`,
    ...CLOSED_RANGES.map((range) => `-A FORWARD -d ${formatBlock(range)} -j REFUSE`),
    '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    ...directRules(policy).flatMap(({ address, prefix, protocol, port }) => {
      const match = `-A FORWARD -d ${address}/${prefix} -p ${protocol} --dport ${port}`;
      return [`${match} -m conntrack --ctstate NEW -j PASSED`, `${match} -j ACCEPT`];
    }),
    ...(policy.mode === 'audit' ? auditRules() : []),
    '-A FORWARD -j REFUSE',
  ];
}

function auditRules(): readonly string[] {
  return [
    ...PRIVATE_RANGES.map((range) => `-A FORWARD -d ${formatBlock(range)} -j REFUSE`),
    ...['tcp', 'udp', 'icmp'].flatMap((protocol) => [
      `-A FORWARD -p ${protocol} -m conntrack --ctstate NEW -j PASSED`,
      `-A FORWARD -p ${protocol} -j ACCEPT`,
    ]),
  ];
}

/**
 * From the gateway: answers to the agent, questions to its resolvers, and connections to what rules name. The code
 * checks every address before it dials; here the same ranges are closed once more.
 */
function outputRules({ policy, resolvers, brokers = [] }: FloorInput): readonly string[] {
  const named = brokers.filter(({ upstream }) => !isIPv4(upstream.host));
  const mayBePrivate = [...policy.rules, ...named].some((rule) => rule.private);
  const closed = [...CLOSED_RANGES, ...(mayBePrivate ? [] : PRIVATE_RANGES)];
  const udpPorts = udpPortsOf(policy);
  return [
    `-A OUTPUT -o ${LINK} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `-A OUTPUT -o ${LINK} -p tcp --tcp-flags RST RST -j ACCEPT`,
    `-A OUTPUT -o ${LINK} -p icmp --icmp-type destination-unreachable -j ACCEPT`,
    `-A OUTPUT -o ${LINK} -j DROP`,
    ...resolvers.flatMap((resolver) =>
      isLoopback(resolver)
        ? engineResolverRules(resolver)
        : ['udp', 'tcp'].map(
            (p) => `-A OUTPUT -d ${resolver.address} -p ${p} --dport ${resolver.port} -j ACCEPT`,
          ),
    ),
    ...brokers
      .filter(isWrittenAddress)
      .map(({ upstream }) => `-A OUTPUT -d ${upstream.host} -p tcp --dport ${upstream.port} -j ACCEPT`),
    ...closed.map(
      (range) => `-A OUTPUT -d ${formatBlock(range)} -j REJECT --reject-with icmp-admin-prohibited`,
    ),
    ...(policy.mode === 'audit'
      ? ['-A DIAL -p tcp -j ACCEPT', '-A DIAL -p udp -j ACCEPT']
      : listenPorts(policy).map((port) => `-A DIAL -p tcp --dport ${port} -j ACCEPT`)),
    ...named.map(({ upstream }) => `-A DIAL -p tcp --dport ${upstream.port} -j ACCEPT`),
    ...udpPorts.map((port) => `-A DIAL -p udp --dport ${port} -j ACCEPT`),
    '-A OUTPUT -j DIAL',
    '-A OUTPUT -j REJECT --reject-with icmp-admin-prohibited',
  ];
}

/**
 * Docker's own resolver on user-defined networks. Questions to it go on to another port before this filter sees them.
 * What it does not know it asks outside, from this namespace and at addresses that only the engine knows: by sockets
 * of the engine, which is root. The gateway's process no longer is when it serves.
 */
function engineResolverRules({ address }: ResolverAddress): readonly string[] {
  return [
    `-A OUTPUT -o lo -d ${address} -j ACCEPT`,
    `-A OUTPUT -o lo -s ${address} -j ACCEPT`,
    ...['udp', 'tcp'].map((p) => `-A OUTPUT -p ${p} --dport 53 -m owner --uid-owner 0 -j ACCEPT`),
  ];
}

/** The agent has no IPv6; what it sends nevertheless is recorded and dropped before anything else looks at it. */
function ipv6Rules(): string {
  return (
    table(
      'raw',
      ['PREROUTING ACCEPT', 'REFUSE_LOG -'],
      [
        `-A PREROUTING -i ${LINK} -j REFUSE_LOG`,
        `-A PREROUTING -i ${LINK} -j DROP`,
        ...logged('REFUSE_LOG', 'refused'),
      ],
    ) + table('filter', ['INPUT DROP', 'FORWARD DROP', 'OUTPUT DROP'], [])
  );
}

/** A chain that logs and returns; above the rate it logs samples, each marked with the number of packets it stands for. */
function logged(chain: string, prefix: string): readonly string[] {
  const log = `-j NFLOG --nflog-group ${LOG_GROUP} --nflog-threshold 1 --nflog-prefix`;
  const sampled = `-m statistic --mode nth --every ${SAMPLE} --packet ${SAMPLE - 1}`;
  return [
    `-A ${chain} -m hashlimit --hashlimit-name ${prefix} ${LOG_RATE} -g ${chain}_ONE`,
    `-A ${chain} ${sampled} ${log} ${prefix}*${SAMPLE}`,
    `-A ${chain}_ONE ${log} ${prefix}`,
  ];
}

function table(name: string, chains: readonly string[], rules: readonly string[]): string {
  const own = new Set(rules.flatMap((rule) => /-g (\S+)/.exec(rule)?.[1] ?? []));
  const all = [...chains, ...[...own].map((chain) => `${chain} -`)];
  return [`*${name}`, ...all.map((chain) => `:${chain}`), ...rules, 'COMMIT', ''].join('\n');
}

/** A model API at an address that the user wrote out, which is neither loopback nor metadata nor the like. */
function isWrittenAddress({
  upstream,
  private: mayBePrivate,
}: Pick<BrokerStart, 'upstream' | 'private'>): boolean {
  return isIPv4(upstream.host) && addressVerdict(upstream.host, { private: mayBePrivate }).allowed;
}

function isLoopback({ address }: ResolverAddress): boolean {
  return address.startsWith('127.');
}
