import type { RunId } from './run-id.js';

/** What an object is for within its run. */
export type ObjectRole =
  | 'gateway'
  | 'link'
  | 'agent'
  | 'view'
  | 'probe'
  | 'helper'
  // What the image declares as volumes.
  | `image-${number}`
  // The copy strategy: volumes beside the view, and the containers that carry files to and from them.
  | 'scratch'
  | `files-${number}`
  | 'fill'
  | 'watch'
  | 'list'
  | 'fetch';

/** The label that every Docker object of cagent carries; clean-up is "remove by this label". */
export const RUN_LABEL = 'cagent.run';
export const ROLE_LABEL = 'cagent.role';
/** Which process the object belongs to, so that `cagent clean` leaves the runs of living processes alone. */
export const OWNER_LABEL = 'cagent.owner';

/** The labels of one object. `owner` is `<pid>.<start time>.<host>`, see {@link ownerOf} in core/owner. */
export function objectLabels(
  runId: RunId,
  role: ObjectRole,
  owner: string,
): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: runId, [ROLE_LABEL]: role, [OWNER_LABEL]: owner };
}

/** The name of an object: `cagent-<run id>-<role>`. */
export function objectName(runId: RunId, role: ObjectRole): string {
  return `cagent-${runId}-${role}`;
}
