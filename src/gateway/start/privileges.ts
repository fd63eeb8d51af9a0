import { readFileSync } from 'node:fs';
import { CagentError } from '../../core/errors.js';

/** An id that no account of the image has. */
const UNPRIVILEGED_ID = 65532;

/**
 * Becomes an ordinary user without a single capability, for good, and verifies it: whoever takes over the process
 * through the bytes it parses cannot change the packet filter.
 */
export function dropPrivileges(): void {
  process.setgroups?.([]);
  process.setgid?.(UNPRIVILEGED_ID);
  process.setuid?.(UNPRIVILEGED_ID);
  const held = heldCapabilities(readFileSync('/proc/self/status', 'utf8'));
  if (held.length > 0) {
    throw new CagentError(
      'gateway.failed',
      `the gateway still holds capabilities after giving them up: ${held.join(', ')}`,
    );
  }
}

/** The capability sets in a `/proc/PID/status` that are not empty, as `CapEff 00000000000010c0`; missing ones too. */
export function heldCapabilities(status: string): readonly string[] {
  return ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].flatMap((set) => {
    const value = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? 'unknown';
    return /^0+$/.test(value) ? [] : [`${set} ${value}`];
  });
}
