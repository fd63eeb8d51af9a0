import { createHash } from 'node:crypto';
import type { Environment } from '../core/environment.js';

/**
 * Which comments of a pull request belong together: those of one agent in one job of one workflow. The same for every
 * run, so that a later run finds what an earlier one wrote.
 * @param scope what tells the jobs of a matrix apart, see `commentScope`
 * @returns 16 hexadecimal digits
 */
export function commentKey(environment: Environment, agent: string, scope = ''): string {
  const { GITHUB_WORKFLOW_REF: reference, GITHUB_WORKFLOW: name, GITHUB_JOB: job } = environment;
  // The reference ends with the branch, which differs from run to run.
  const workflow = reference?.split('@')[0] || name || '';
  return shortHash([workflow, job ?? '', agent, ...(scope === '' ? [] : [scope])]);
}

/** A line that is not shown. It proves nothing, anybody can write one: look at the author too. */
export function commentMarker(kind: 'comment' | 'review', key: string): string {
  return `<!-- cagent:${kind}:${key} -->`;
}

/** Whether a comment begins with the marker. */
export function hasMarker(body: string | null | undefined, marker: string): boolean {
  return body?.startsWith(marker) === true;
}

/** A line with the prints of findings, for later runs. */
export function printsMarker(key: string, prints: readonly string[]): string {
  return `<!-- cagent:findings:${key}:${prints.join(',')} -->`;
}

/** The prints in a comment or review of ours. Only the first two lines are ours to the end. */
export function printsIn(body: string | null | undefined, key: string): readonly string[] {
  const begin = `<!-- cagent:findings:${key}:`;
  const line = body?.split(/\r?\n/, 2).find((each) => each.startsWith(begin) && each.endsWith(' -->'));
  return line?.slice(begin.length, -' -->'.length).split(',') ?? [];
}

export function shortHash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
