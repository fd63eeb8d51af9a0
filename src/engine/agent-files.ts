import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentFile } from '../agents/agent.js';
import type { Mount } from '../docker/container.js';

/** Where each configuration file of the agent is on the host: read-only mounts, so that any image will do. Pure. */
export function agentFileMounts(directory: string, files: readonly AgentFile[]): readonly Mount[] {
  return files.map((file, index) => ({
    type: 'bind',
    source: place(directory, index),
    target: file.path,
    readOnly: true,
  }));
}

/** Writes the files to the run's private directory. The agent's user is not ours, so all may read them. */
export function writeAgentFiles(directory: string, files: readonly AgentFile[]): void {
  if (files.length === 0) return;
  mkdirSync(join(directory, 'agent'), { recursive: true, mode: 0o755 });
  for (const [index, file] of files.entries())
    writeFileSync(place(directory, index), file.content, { mode: 0o644 });
}

function place(directory: string, index: number): string {
  return join(directory, 'agent', String(index));
}
