import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import type { RunResult } from '../../fixtures/cli.js';

/** `try NAME PROGRAM ARGUMENT...` for an agent's script: exit code and output go into the scratch, by name. */
export const TRY = `
mkdir -p .agent-scratch/attempts
try() { name=$1; shift; timeout 150 "$@" > .agent-scratch/attempts/$name.out 2>&1; echo $? > .agent-scratch/attempts/$name.code; }
`;

/** `CODE OUTPUT` of one attempt. */
export function attempt(result: RunResult, name: string): string {
  const part = (kind: string): string =>
    readFileSync(join(result.out, 'scratch/attempts', `${name}.${kind}`), 'utf8').trim();
  return `${part('code')} ${part('out')}`;
}

export function recordsOf(result: RunResult, match: Partial<EgressRecord>): readonly EgressRecord[] {
  const wanted = Object.entries(match);
  return result.egress.filter((record) =>
    wanted.every(([key, value]) => record[key as keyof EgressRecord] === value),
  );
}
