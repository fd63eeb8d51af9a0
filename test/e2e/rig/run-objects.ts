import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './program.js';

/** Docker objects and directories of one run that exist now; empty when nothing is left. */
export async function leftOf(runId: string): Promise<readonly string[]> {
  const filter = ['--filter', `label=cagent.run=${runId}`];
  const lists = await Promise.all([
    outputOf('docker', ['ps', '--all', ...filter, '--format', 'container {{.Names}}']),
    outputOf('docker', ['volume', 'ls', ...filter, '--format', 'volume {{.Name}}']),
    outputOf('docker', ['network', 'ls', ...filter, '--format', 'network {{.Name}}']),
  ]);
  const directory = join(tmpdir(), `cagent-${runId}`);
  return [
    ...lists.flatMap((text) => text.split('\n').filter((line) => line !== '')),
    ...(existsSync(directory) ? [`directory ${directory}`] : []),
  ];
}

/** The run id in what cagent or the action wrote. */
export function runIdIn(text: string): string {
  const id = /\b\d{8}-\d{6}-[a-z2-9]{6}\b/.exec(text)?.[0];
  if (id === undefined) throw new Error(`no run id in: ${text}`);
  return id;
}
