import type { RunId } from '../core/run-id.js';

const LONGEST = 256;

/** The artifact of a run when no name is given: unique, since a second artifact of one name is refused. */
export function defaultArtifactName(runId: RunId): string {
  return `cagent-${runId}`;
}

/** Whether the artifact service takes the name. */
export function isArtifactName(name: string): boolean {
  return name !== '' && name.length <= LONGEST && !/["<>:|*?\r\n\\/]/.test(name);
}
