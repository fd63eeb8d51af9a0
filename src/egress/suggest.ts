import type { EgressRecord } from '../core/egress-record.js';
import { parseIPv4 } from './address.js';
import { flowEntry, yamlScalar } from './flow-yaml.js';
import { normalizeName } from './host-name.js';
import { matchesName } from './matching.js';
import { parseDestination } from './parse-destination.js';
import type { RuleTarget } from './policy.js';
import { PRESETS, type Preset } from './presets/index.js';
import { MODEL_PROVIDERS } from './presets/model-providers.js';
import { isProblem } from './rule-error.js';
import { createRequestSuggestion } from './suggest-requests.js';

/** Reasons that another rule would take away; no rule helps against, say, a wrong SNI. */
const FOR_WANT_OF_A_RULE = new Set(['no-rule', 'port-not-allowed', 'direct-address']);
const DEFAULT_PORTS = new Set(['80', '443']);
/** The agent chooses destinations at will; a list that is longer than this is read by nobody. */
const MOST_DESTINATIONS = 1_000;
const MOST_PORTS = 50;
const MORE = '# and more than fit here: see egress.jsonl';

/** Puts the allow list after an audit together, one record at a time, in bounded memory. */
export interface AllowSuggestion {
  add(record: EgressRecord): void;
  /**
   * The allow list under which the same run would pass in block mode: what audit mode let through, and the existing
   * rules that were used. Names that were looked up without a connection are left out.
   * @returns YAML list items (`- node`), to be pasted below `allow:`; presets first
   */
  list(): readonly string[];
}

/** The list for records that are all there already. */
export function suggestAllowList(records: Iterable<EgressRecord>): readonly string[] {
  const suggestion = createAllowSuggestion();
  for (const record of records) suggestion.add(record);
  return suggestion.list();
}

export function createAllowSuggestion(): AllowSuggestion {
  const used = new Set<string>();
  const open = new Map<string, Set<string>>();
  const requests = createRequestSuggestion();
  let overflowed = false;

  function addOpened(record: EgressRecord): void {
    const host = destinationOf(record);
    if (!FOR_WANT_OF_A_RULE.has(record.reason) || host === undefined || record.port === undefined) return;
    const ports = open.get(host) ?? new Set<string>();
    const port = record.protocol === 'udp' ? `${record.port}/udp` : String(record.port);
    if (ports.has(port)) return;
    if (ports.size >= MOST_PORTS || (ports.size === 0 && open.size >= MOST_DESTINATIONS)) overflowed = true;
    else open.set(host, ports.add(port));
  }

  return {
    add(record) {
      if (record.protocol === 'dns' || record.protocol === 'icmp') return;
      // Rules come from the policy, so they are bounded by it.
      if (record.verdict === 'allowed') usedRule(record.rule).forEach((item) => void used.add(item));
      if (record.verdict !== 'audited') return;
      addOpened(record);
      requests.add(record);
    },
    list() {
      const web = [...open].filter(([, ports]) => onlyWeb(ports));
      const { presets, rest } = coverByPresets(web.map(([host]) => host));
      const others = [...open].filter(([host, ports]) => rest.has(host) || !onlyWeb(ports));
      const hosts = others.map(([host, ports]) => hostItem(host, [...ports])).sort();
      const rules = [...used];
      const items = [
        ...presets,
        ...rules.filter(isPresetName),
        ...rules.filter((rule) => !isPresetName(rule)),
        ...hosts,
        ...requests.entries(),
      ];
      const cut = overflowed || requests.overflowed();
      return [...[...new Set(items)].map((item) => `- ${item}`), ...(cut ? [MORE] : [])];
    },
  };
}

function onlyWeb(ports: ReadonlySet<string>): boolean {
  return [...ports].every((port) => DEFAULT_PORTS.has(port));
}

function usedRule(rule: string): readonly string[] {
  if (rule === 'default' || rule === 'floor') return [];
  if (rule.startsWith('preset:')) return [rule.slice('preset:'.length).split(' ')[0] as string];
  return [rule.startsWith('{') ? rule : yamlScalar(rule)];
}

/** The agent chose these names, so only what is a name or an address goes on. */
function destinationOf({ host, ip }: EgressRecord): string | undefined {
  if (host !== undefined) return normalizeName(host);
  return ip !== undefined && parseIPv4(ip) !== undefined ? ip : undefined;
}

/** As long as a preset has some of the hosts, take the one that has most of them; of equals, the smallest. */
function coverByPresets(hosts: readonly string[]): {
  readonly presets: readonly string[];
  readonly rest: Set<string>;
} {
  const rest = new Set(hosts);
  const presets: string[] = [];
  const candidates = PRESETS.filter(mayStandForHosts)
    .map((preset) => ({ name: preset.name, targets: targetsOf(preset) }))
    .sort((a, b) => a.targets.length - b.targets.length);
  for (;;) {
    let best: { readonly name: string; readonly hosts: readonly string[] } | undefined;
    for (const { name, targets } of candidates) {
      const covered = [...rest].filter((host) => targets.some((target) => matchesName(target, host)));
      if (covered.length > (best?.hosts.length ?? 0)) best = { name, hosts: covered };
    }
    if (best === undefined) return { presets: presets.sort(), rest };
    presets.push(best.name);
    for (const host of best.hosts) rest.delete(host);
  }
}

/**
 * `defaults` depends on the agent, so it says less than the presets it is made of. A pattern lets in hosts of others,
 * such as any tenant of a cloud, and a model provider stores what it is sent: one host must not bring these along.
 */
function mayStandForHosts(preset: Preset): boolean {
  if (preset.name === 'defaults' || MODEL_PROVIDERS.includes(preset)) return false;
  return targetsOf(preset).every(({ kind }) => kind === 'name');
}

/** Those of the hosts (names, normalised) that a preset lets in. */
export function hostsInPreset(preset: Preset, hosts: readonly string[]): readonly string[] {
  const targets = targetsOf(preset);
  return hosts.filter((host) => targets.some((target) => matchesName(target, host)));
}

function targetsOf(preset: Preset): readonly RuleTarget[] {
  return preset.hosts.flatMap(({ host }) => {
    const destination = parseDestination(host);
    return isProblem(destination) ? [] : [destination.target];
  });
}

function isPresetName(item: string): boolean {
  return PRESETS.some(({ name }) => name === item);
}

function hostItem(host: string, ports: readonly string[]): string {
  if (ports.every((port) => DEFAULT_PORTS.has(port)) && host.includes('.')) return yamlScalar(host);
  const sorted = [...ports].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return flowEntry({ dest: host, ports: sorted });
}
