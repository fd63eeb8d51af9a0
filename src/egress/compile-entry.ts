import { nearest, quote } from '../config/found.js';
import type { AllowEntry, AllowObject } from '../config/run-spec.js';
import { parseSize } from '../core/memory-size.js';
import { parseBlock } from './address.js';
import { KIND_REASONS, kindOf } from './address-ranges.js';
import { openBlocks } from './direct.js';
import { flowEntry } from './flow-yaml.js';
import { isLocalName } from './host-name.js';
import { type Destination, localName, parseDestination } from './parse-destination.js';
import { parseHttp } from './parse-http.js';
import { DEFAULT_PORTS, parsePorts } from './parse-ports.js';
import type { EgressRule, PortRule, RuleBudget, RuleTarget } from './policy.js';
import { findPreset, PRESETS } from './presets/index.js';
import { EGRESS_REASONS } from './reasons.js';
import { isProblem, type RuleProblem } from './rule-error.js';

/** The rules that one entry of the allow list stands for; a preset stands for many. */
export function compileEntry(
  entry: AllowEntry,
  context: { readonly agentHosts: readonly string[] },
): readonly EgressRule[] | RuleProblem {
  if (typeof entry !== 'string') return compileObject(entry);
  const word = entry.trim();
  if (WORD.test(word)) return compileWord(word, context.agentHosts);
  return compileObject({ dest: word });
}

/** A word without a dot is a preset or a mistake: a forgotten letter must not become a rule that never matches. */
function compileWord(word: string, agentHosts: readonly string[]): readonly EgressRule[] | RuleProblem {
  if (isLocalName(word.toLowerCase())) return localName(word);
  const preset = findPreset(word);
  if (preset === undefined) return unknownWord(word);
  const hosts = preset.hosts.map(({ host }) => host);
  const all = preset.name === 'defaults' ? [...new Set([...hosts, ...agentHosts])] : hosts;
  const rules: EgressRule[] = [];
  for (const host of all) {
    const compiled = compileObject({ dest: host });
    if (isProblem(compiled)) return compiled;
    rules.push(...compiled.map((rule) => ({ ...rule, text: `preset:${preset.name} ${host}` })));
  }
  return rules;
}

function compileObject(entry: AllowObject): readonly EgressRule[] | RuleProblem {
  const destination = parseDestination(entry.dest);
  if (isProblem(destination)) return destination;
  const { target } = destination;
  const ports = portsOf(entry, destination);
  if (isProblem(ports)) return ports;
  const http = parseHttp(entry.http, destination.prefix);
  if (isProblem(http)) return http;
  const budget = parseBudget(entry);
  if (isProblem(budget)) return budget;
  const restricted = http.length > 0 || budget.maxRequests !== undefined;
  if (budget.maxUploadBytes !== undefined && target.kind === 'cidr') return uncounted(entry.dest);
  if (restricted && target.kind === 'cidr') return unenforceable(entry.dest);
  if (restricted && ports.some(({ protocol }) => protocol === 'udp')) {
    return {
      problem: `${http.length > 0 ? 'http restrictions' : 'max-requests'} cannot be enforced on UDP ports`,
      hint: 'Make the UDP port a rule of its own.',
    };
  }
  if (target.kind === 'any' && entry.private === true) {
    return {
      problem: '* is any public host, which contradicts private: true',
      hint: 'Name the private hosts, e.g. **.corp.example.',
    };
  }
  const rule: EgressRule = {
    text: textOf(entry),
    target,
    ports,
    private: isPrivate(entry, target),
    // Requests can be counted only where they can be read.
    http: restricted && http.length === 0 ? EVERY_REQUEST : http,
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  };
  return target.kind === 'cidr' ? (closedAddress(rule) ?? [rule]) : [rule];
}

const EVERY_REQUEST: EgressRule['http'] = [{ methods: [], paths: [] }];

function parseBudget(entry: AllowObject): RuleBudget | RuleProblem {
  const { 'max-upload': upload, 'max-requests': maxRequests } = entry;
  const maxUploadBytes = upload === undefined ? undefined : parseSize(String(upload));
  if (upload !== undefined && maxUploadBytes === undefined)
    return { problem: `max-upload ${quote(String(upload))} is no size`, hint: 'Write a size such as 10m.' };
  return {
    ...(maxUploadBytes === undefined ? {} : { maxUploadBytes }),
    ...(maxRequests === undefined ? {} : { maxRequests }),
  };
}

function portsOf(entry: AllowObject, destination: Destination): readonly PortRule[] | RuleProblem {
  const { port } = destination;
  if (entry.ports === undefined) return port === undefined ? DEFAULT_PORTS : [port];
  const ports = parsePorts(entry.ports);
  if (isProblem(ports) || port === undefined) return ports;
  if (ports.length === 1 && ports[0]?.port === port.port && ports[0].protocol === 'tcp') return ports;
  return {
    problem: `ports contradicts the URL ${quote(entry.dest)}, which means port ${port.port} alone`,
    hint: 'Put the port into the URL, or put only the host into dest.',
  };
}

/** Private addresses that are written out are meant; a wider range has to say so. */
function isPrivate(entry: AllowObject, target: RuleTarget): boolean {
  if (entry.private === true) return true;
  if (target.kind !== 'cidr') return false;
  const block = parseBlock(`${target.address}/${target.prefix}`);
  return block !== undefined && kindOf(block) === 'private';
}

function closedAddress(rule: EgressRule): RuleProblem | undefined {
  if (openBlocks(rule).length > 0 || rule.target.kind !== 'cidr') return undefined;
  const block = parseBlock(`${rule.target.address}/${rule.target.prefix}`);
  const kind = block === undefined ? 'public' : kindOf(block);
  // Several closed ranges side by side, e.g. 224.0.0.0/3.
  const reason = kind === 'public' ? 'reserved-address' : KIND_REASONS[kind];
  return {
    problem: `${quote(rule.text)} can never match. ${EGRESS_REASONS[reason].replace(/\.$/, '')}`,
  };
}

function unenforceable(dest: string): RuleProblem {
  return {
    problem: `${quote(dest)} is an address, and requests can be restricted only for names`,
    hint: 'Use the name of the host, or open the address without paths and methods.',
  };
}

function uncounted(dest: string): RuleProblem {
  return {
    problem: `${quote(dest)} is an address, and max-upload can be enforced only for names`,
    hint: 'Use the name of the host, or leave out max-upload.',
  };
}

function unknownWord(word: string): RuleProblem {
  const meant = nearest(
    word,
    PRESETS.map(({ name }) => name),
  );
  const host = /^[A-Za-z0-9_-]+$/.test(word)
    ? ` For a host of that name write { dest: ${word}, private: true }.`
    : '';
  return {
    problem: `${quote(word)} is no preset, and a host name needs a dot`,
    hint: `Did you mean the preset "${meant}"?${host}`,
  };
}

/** What is no host without the long form, but a preset. */
const WORD = /^[^.:/*]*$/;

/** As the user wrote it, the long form on one line; what would read as a preset otherwise stays in the long form. */
function textOf(entry: AllowObject): string {
  const { dest, private: mayBePrivate, ...more } = entry;
  const plain = Object.values(more).every((value) => value === undefined) && mayBePrivate !== true;
  return plain && !WORD.test(dest.trim()) ? dest.trim() : flowEntry({ ...entry, dest: dest.trim() });
}
