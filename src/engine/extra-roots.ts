import { readFileSync } from 'node:fs';
import type { RunSpec } from '../config/run-spec.js';

/** The roots of `ca-file`, PEM. */
export function extraRootsOf({ network: { caFile } }: RunSpec): string | undefined {
  return caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
}
