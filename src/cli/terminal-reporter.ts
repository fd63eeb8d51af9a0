import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { EgressRecord } from '../core/egress-record.js';
import type { Reporter } from '../core/events.js';
import { displayPath } from '../core/path-text.js';

/**
 * What is worth a line while a run goes on: each blocked destination once, slow work, warnings. To standard error.
 * `raw`: a shell may have the terminal in raw mode, where a line feed alone stays in its column.
 */
export function createTerminalReporter(
  stderr: Writable,
  { color, raw = false }: { readonly color: boolean; readonly raw?: boolean },
): Reporter {
  const colours = pc.createColors(color);
  const seen = new Set<string>();
  const say = (text: string): void =>
    void stderr.write(`${colours.dim('cagent:')} ${text}${raw ? '\r\n' : '\n'}`);
  return {
    event(event) {
      switch (event.type) {
        case 'run-started':
          return say(`run ${event.runId}`);
        case 'notice':
          return say(displayPath(event.message));
        case 'warning':
          return say(`${colours.yellow('warning')} ${displayPath(event.message)}`);
        case 'egress':
          return event.expected ? undefined : blocked(event.record);
      }
    },
  };

  function blocked(record: EgressRecord): void {
    if (record.verdict !== 'blocked') return;
    const target = `${record.host ?? record.ip ?? 'unknown'}${record.port === undefined ? '' : `:${record.port}`}`;
    const key = `${record.protocol} ${target}`;
    // The record has them all; the terminal shows a destination once, and an agent cannot flood it with names.
    if (seen.has(key) || seen.size >= 50) return;
    seen.add(key);
    say(`${colours.red('blocked')} ${record.protocol} ${displayPath(target)} (${record.reason})`);
  }
}
