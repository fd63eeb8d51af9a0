import { allowEntry, allowText, knownHost } from '../allow-entry.js';
import type { OptionTable } from '../option.js';
import { resolverAddress } from '../resolver-address.js';
import { choice, list, listOf, path, text, textSchema } from '../value-type.js';

// The gateway's packet filter must never be loaded into the host's own network namespace.
const NETWORK_NAME = /^(?!(?:host|none)$)[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const UPLINK = 'the name of a docker network other than host and none';

export const NETWORK_OPTIONS = {
  network: {
    topic: 'network',
    type: choice('block', 'audit', 'none'),
    placeholder: 'block|audit|none',
    key: 'network.mode',
    onCommandLine: true,
    isInput: true,
    default: 'block',
    description: 'block: only what is allowed. audit: forward and log. none: no network at all.',
  },
  allow: {
    topic: 'network',
    type: listOf('rules', allowEntry, allowText),
    placeholder: 'RULE',
    key: 'network.allow',
    onCommandLine: true,
    isInput: true,
    otherwise: 'the preset `defaults`',
    description: 'Preset, host, pattern, URL, address or CIDR that the agent may reach.',
  },
  'known-blocked': {
    topic: 'network',
    type: list('hosts and patterns', knownHost),
    key: 'network.known-blocked',
    onCommandLine: false,
    isInput: false,
    otherwise: 'the telemetry of known agents, which is always among them',
    description: 'Hosts whose blocked attempts are recorded, but not announced.',
  },
  resolver: {
    topic: 'network',
    type: list('IP or IP:PORT', resolverAddress),
    placeholder: 'IP',
    key: 'network.resolver',
    onCommandLine: true,
    isInput: true,
    otherwise: "the host's",
    description: 'Upstream DNS of the gateway.',
  },
  uplink: {
    topic: 'network',
    type: text(UPLINK, NETWORK_NAME),
    placeholder: 'NETWORK',
    key: 'network.uplink',
    onCommandLine: true,
    isInput: true,
    default: 'bridge',
    description: 'Docker network that the gateway goes out by.',
  },
  attach: {
    topic: 'network',
    type: list('names of docker networks other than host and none', textSchema(UPLINK, NETWORK_NAME)),
    placeholder: 'NETWORK',
    key: 'network.attach',
    onCommandLine: true,
    isInput: true,
    description: 'Further docker network, e.g. that of job services, whose containers rules can name.',
  },
  'ca-file': {
    topic: 'network',
    type: path(),
    placeholder: 'FILE',
    key: 'network.ca-file',
    onCommandLine: true,
    isInput: true,
    description: 'PEM file with extra roots that the gateway trusts upstream.',
  },
} as const satisfies OptionTable;
