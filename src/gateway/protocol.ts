import type { EgressRecord } from '../core/egress-record.js';
import type { ModelBudget, ModelProvider, ModelTraffic, ModelUpstream } from '../core/model-endpoint.js';
import type { EgressPolicy } from '../egress/policy.js';

/**
 * What the host and the gateway container say to each other. The host writes one {@link GatewayStart} as a JSON
 * line to the gateway's standard input and keeps the pipe open: its end is the end of the gateway (a lifeline, so
 * that no network survives a killed cagent). Keys travel here and nowhere else. The gateway answers with JSON lines
 * on standard output; its standard error is for people.
 */
export interface GatewayStart {
  readonly policy: EgressPolicy;
  readonly link: LinkAddresses;
  /** With several networks: the router of the uplink, or {@link NO_ROUTER}. Absent: the only one that there is. */
  readonly router?: string;
  /** Upstream resolvers, `IP` or `IP:PORT`; empty: those of the container's resolv.conf. */
  readonly resolvers: readonly string[];
  /** Extra roots for upstream TLS, PEM. */
  readonly extraRoots: string | undefined;
  /** Model APIs that the agent may use without a key of its own. */
  readonly brokers?: readonly BrokerStart[];
}

/** The uplink has no way to the outside. */
export const NO_ROUTER = 'none';

/** A plain-HTTP listener on the link for one model API, see src/gateway/broker. */
export interface BrokerStart {
  readonly provider: ModelProvider;
  /** On the gateway's link address. */
  readonly port: number;
  readonly upstream: ModelUpstream;
  /** The user wrote the base URL out, so its address may be private. */
  readonly private: boolean;
  /** Headers that carry the real key. They exist here and in the requests to the upstream. */
  readonly credential: Readonly<Record<string, string>>;
  readonly budget: ModelBudget;
}

/** Both ends of the link between gateway and agent, in private namespaces: the same for every run. */
export interface LinkAddresses {
  readonly gateway: string;
  readonly agent: string;
  readonly prefix: number;
}

export const LINK_ADDRESSES: LinkAddresses = { gateway: '100.64.7.1', agent: '100.64.7.2', prefix: 30 };

/** Refused by the floor on purpose before the agent starts, to prove that the floor and its record work. */
export const CANARY = { address: '100.127.255.254', port: 9 } as const;

/** Asked of the gateway's resolver for the same reason; link.pl knows it too. Neither canary is ever on record. */
export const CANARY_NAME = 'canary.cagent.invalid';

export type GatewayEvent =
  /** The container runs; said by its entry point, before the program is loaded. */
  | { readonly event: 'started' }
  /** The packet filter is loaded and read back; the link may be made now. */
  | { readonly event: 'floor' }
  /** The link is up, listeners are open, privileges are gone, and the canary was refused and recorded. */
  | { readonly event: 'ready'; readonly caCertificate?: string }
  | { readonly event: 'egress'; readonly record: EgressRecord }
  /** Sums of one broker so far, after each of its requests. */
  | { readonly event: 'usage'; readonly traffic: ModelTraffic }
  | { readonly event: 'warning'; readonly message: string }
  /** Answer to {@link FINISH}: every open connection has had its last record. */
  | { readonly event: 'finished' }
  | {
      readonly event: 'fatal';
      readonly code: 'gateway.failed' | 'gateway.resolver';
      readonly message: string;
    };

/** A line from the host: close all connections, write their records, answer `finished`, exit 0. */
export const FINISH = '{"command":"finish"}\n';
