/**
 * The network policy of a run, compiled: shared by plan, gateway and report, so that one implementation of "does
 * this rule match" gives the verdict everywhere. Readonly JSON; it travels to the gateway as it is.
 */
export interface EgressPolicy {
  readonly mode: 'block' | 'audit' | 'none';
  readonly rules: readonly EgressRule[];
  /** Rules that can never match, shadow each other or contradict: for `cagent plan`. */
  readonly warnings: readonly string[];
  /** Hosts whose blocked attempts are no news. */
  readonly knownBlocked?: readonly KnownBlocked[];
}

/** A host that is expected to be refused: recorded like any other, but shown quietly. It opens and closes nothing. */
export interface KnownBlocked {
  /** As the user wrote it. */
  readonly text: string;
  readonly target: RuleTarget;
  /** Why it is expected: its place in the configuration, or what a known agent wants there. */
  readonly reason: string;
}

export interface EgressRule {
  /** As the user wrote it, or `preset:NAME host`; this is what records and denials name. */
  readonly text: string;
  readonly target: RuleTarget;
  readonly ports: readonly PortRule[];
  /** The destination may be a private address. */
  readonly private: boolean;
  /** Not empty: HTTP is parsed (TLS ends in the gateway) and only these requests pass. */
  readonly http: readonly HttpRule[];
  /** What may pass by this rule in the whole run, over all hosts that it names. */
  readonly budget?: RuleBudget;
}

export type RuleTarget =
  | { readonly kind: 'name'; readonly name: string }
  /** `*.example.org`: exactly one label. */
  | { readonly kind: 'one-label'; readonly suffix: string }
  /** `**.example.org`: one label or more. */
  | { readonly kind: 'any-depth'; readonly suffix: string }
  /** A bare `*`: any public name. */
  | { readonly kind: 'any' }
  /** An address is a CIDR of full length. */
  | { readonly kind: 'cidr'; readonly address: string; readonly prefix: number };

export interface PortRule {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Never empty. */
export interface RuleBudget {
  readonly maxUploadBytes?: number;
  readonly maxRequests?: number;
}

export interface HttpRule {
  /** Upper case; `GET` includes `HEAD`; empty: every method. */
  readonly methods: readonly string[];
  /** Normalised prefixes that end at a segment boundary; empty: every path. */
  readonly paths: readonly string[];
}
