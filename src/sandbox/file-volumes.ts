import { posix } from 'node:path';
import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import type { Mount, VolumePlan } from '../docker/container.js';

/** Files of the host in volumes, for an engine that cannot mount the files themselves. */
export interface FileVolumes {
  readonly volumes: readonly VolumePlan[];
  /** What the agent mounts: the directories of the files, read-only, with what its image has there. */
  readonly mounts: readonly Mount[];
  /** Host path of each file, and its name in an archive for the container that fills the volumes. */
  readonly places: readonly { readonly source: string; readonly name: string }[];
}

/** Where the n-th volume is in the container that fills it, without the leading slash. */
export function fillPlace(index: number): string {
  return `files/${index}`;
}

/**
 * Turns mounts of single files into one volume for each directory: an engine mounts volumes at directories only. A
 * directory below another one is part of its volume, since nothing can be mounted in a read-only one. Pure.
 * @param binds mounts of files, as an engine of this machine would get them
 */
export function planFileVolumes(runId: RunId, processOwner: string, binds: readonly Mount[]): FileVolumes {
  const wanted = [...new Set(binds.map(({ target }) => posix.dirname(target)))];
  const directories = wanted.filter((path) => !wanted.some((other) => isBelow(path, other)));
  return {
    volumes: directories.map((_, index) => {
      const role = `files-${index}` as const;
      return { name: objectName(runId, role), labels: objectLabels(runId, role, processOwner) };
    }),
    mounts: directories.map((target, index) => ({
      type: 'volume',
      source: objectName(runId, `files-${index}`),
      target,
      readOnly: true,
      populate: true,
    })),
    places: binds.map(({ source, target }) => {
      const index = directories.findIndex((path) => isBelow(target, path));
      return { source, name: `${fillPlace(index)}/${posix.relative(directories[index] ?? '/', target)}` };
    }),
  };
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
