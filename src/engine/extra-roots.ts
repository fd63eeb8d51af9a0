import { readFileSync } from 'node:fs';
import type { RunSpec } from '../config/run-spec.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The roots of `ca-file`, PEM. Nothing else of the file: what comes of it is shown to the agent, and some hold a key. */
export function extraRootsOf({ network: { caFile } }: RunSpec): string | undefined {
  if (caFile === undefined) return undefined;
  return (readFileSync(caFile, 'utf8').match(CERTIFICATE) ?? []).map((block) => `${block}\n`).join('');
}
