import type { EgressRecord } from './egress-record.js';

/** What a run tells while it goes on. Hosts (terminal, action, tests) decide how it looks; the engine never prints. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly runId: string; readonly runDirectory: string }
  | { readonly type: 'phase-started'; readonly phase: string }
  | { readonly type: 'phase-finished'; readonly phase: string; readonly durationMs: number }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'warning'; readonly message: string }
  /** `expected`: blocked, and no news. */
  | { readonly type: 'egress'; readonly record: EgressRecord; readonly expected: boolean }
  | { readonly type: 'agent-started'; readonly command: readonly string[] }
  | { readonly type: 'agent-output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  | { readonly type: 'agent-finished'; readonly exitCode: number };

/** The one way out of the engine. Must not throw and must not block for long. */
export interface Reporter {
  event(event: RunEvent): void;
}
