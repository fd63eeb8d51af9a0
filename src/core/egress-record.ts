/**
 * One line of `egress.jsonl` (schema `cagent.egress/1`): one attempt and its verdict. Shared by the gateway, which
 * writes it, and by the host, which stores and sums it up. A field that does not apply is absent, never null.
 */
export type Verdict = 'allowed' | 'blocked' | 'audited';
export type EgressProtocol = 'dns' | 'tls' | 'http' | 'tcp' | 'udp' | 'icmp';

export interface EgressRecord {
  readonly schema: 'cagent.egress/1';
  /** When the attempt began, ISO 8601 with milliseconds. */
  readonly time: string;
  readonly verdict: Verdict;
  /** Why, as a short stable word: see EGRESS_REASONS in src/egress. */
  readonly reason: string;
  /** The rule that decided, as the user wrote it; `default` when no rule matched, `floor` for the packet filter. */
  readonly rule: string;
  readonly protocol: EgressProtocol;
  /** The name that was meant; absent for direct addresses. */
  readonly host?: string;
  /** The address that was dialled or refused. */
  readonly ip?: string;
  readonly port?: number;
  readonly method?: string;
  readonly path?: string;
  /** HTTP status that the agent got. */
  readonly status?: number;
  /** From the agent to the outside. */
  readonly bytesOut?: number;
  readonly bytesIn?: number;
  readonly durationMs?: number;
  /** How many identical attempts this line stands for, when more than one. */
  readonly count?: number;
}
