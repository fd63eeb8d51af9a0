import { randomBytes } from 'node:crypto';

/** Identifies one run in names, labels and reports: `20261122-101530-k3f9q2`, sortable by time. */
export type RunId = string;

const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A new run id; 30 bits of randomness keep two runs of the same second apart. */
export function createRunId(now: Date): RunId {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const suffix = [...randomBytes(6)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${time}-${suffix}`;
}

/** Whether text has the form of a run id. */
export function isRunId(text: string): boolean {
  return /^\d{8}-\d{6}-[a-z2-9]{6}$/.test(text);
}
