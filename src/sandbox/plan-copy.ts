import { objectLabels, objectName } from '../core/labels.js';
import type { ContainerPlan, Mount, VolumePlan } from '../docker/container.js';
import { containerBase, WORKSPACE_MOUNT } from './container-base.js';
import { fillPlace } from './file-volumes.js';
import type { ContainerInput } from './plan-containers.js';

/** The containers that carry files to and from an engine which cannot mount our directories. */
export interface CopyContainers {
  /** Unpacks an archive from its standard input into the volumes. */
  readonly fill: ContainerPlan;
  /** Tells how much there is, again and again, while the agent runs. */
  readonly watch: ContainerPlan;
  /** Lists what is there: type, mode, size, inode and time of change, path, target of a link. */
  readonly list: ContainerPlan;
  /** Packs the files that its standard input names. */
  readonly fetch: ContainerPlan;
}

const SCRATCH_MOUNT = `${WORKSPACE_MOUNT}/.agent-scratch`;

/** One record of the list; the parser is in `list-view.ts`. */
const LIST_FORMAT = '%y %m %s %i %C@ %P\\0%l\\0';
/**
 * Bytes and entries on a line, about every second; looking may take at most a fifth of the time. In between, what is
 * free on the disk tells ten times a second whether the bytes that were left may be gone. What vanishes while it is
 * looked at takes no space, so complaints do not count. The end of standard input is the end of the container.
 */
const WATCH_PROGRAM = `free() { set -- $(stat --file-system --format='%a %S' "$1"); echo "$(($1 * $2))"; }
while :; do
  began=$(date +%s%N)
  had=$(free "$1")
  bytes=$(du -s --block-size=1 "$1" 2>/dev/null)
  entries=$(du -s --inodes "$1" 2>/dev/null)
  bytes=\${bytes%%[!0-9]*}
  echo "$bytes \${entries%%[!0-9]*}"
  left=$(( $2 - bytes + \${first:=$bytes} ))
  pauses=$(( ($(date +%s%N) - began) / 25000000 + 10 ))
  while sleep 0.1; [ "$((pauses -= 1))" -gt 0 ] && [ "$((had - $(free "$1")))" -lt "$left" ]; do :; done
done &
cat > /dev/null`;

/** Volumes of the copy strategy beside the view: in read-only mode the scratch is one of its own. Pure. */
export function planCopyVolumes({ runId, processOwner, spec }: ContainerInput): readonly VolumePlan[] {
  if (spec.view.mode === 'overlay') return [];
  return [{ name: objectName(runId, 'scratch'), labels: objectLabels(runId, 'scratch', processOwner) }];
}

/** Pure. Each gets what it needs: the filler may give files to their owners, the others may read what nobody may. */
export function planCopyContainers(input: ContainerInput): CopyContainers {
  const readOnly = input.spec.view.mode === 'read-only';
  const written = readOnly ? scratchVolume(input, true) : viewVolume(input, true);
  const limits = { memoryBytes: 2 ** 28, pids: 32 };
  const reader = {
    entrypoint: 'replace',
    mounts: [written],
    capabilities: ['DAC_OVERRIDE'],
    limits,
  } as const;
  return {
    fill: {
      ...containerBase(input, 'fill', input.gatewayImage),
      command: [
        'tar',
        '--extract',
        '--file=-',
        '--directory=/',
        '--same-owner',
        '--same-permissions',
        '--numeric-owner',
        '--delay-directory-restore',
      ],
      entrypoint: 'replace',
      mounts: [
        viewVolume(input, false),
        ...(readOnly ? [scratchVolume(input, false)] : []),
        ...input.extraMounts.map(
          ({ source }, index): Mount => ({
            type: 'volume',
            source,
            target: `/${fillPlace(index)}`,
            readOnly: false,
          }),
        ),
      ],
      capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'],
      limits,
      // A cancelled run does not wait for it.
      init: true,
    },
    watch: {
      ...containerBase(input, 'watch', input.gatewayImage),
      ...reader,
      command: ['sh', '-c', WATCH_PROGRAM, 'watch', written.target, `${input.spec.limits.diskBytes}`],
      init: true,
    },
    list: {
      ...containerBase(input, 'list', input.gatewayImage),
      ...reader,
      command: [
        'find',
        written.target,
        '-mindepth',
        '1',
        '-path',
        `${WORKSPACE_MOUNT}/.git`,
        '-prune',
        '-o',
        '-printf',
        LIST_FORMAT,
      ],
    },
    fetch: {
      ...containerBase(input, 'fetch', input.gatewayImage),
      ...reader,
      command: [
        'tar',
        '--create',
        '--file=-',
        '--format=gnu',
        `--directory=${written.target}`,
        '--no-recursion',
        '--hard-dereference',
        '--numeric-owner',
        '--null',
        '--files-from=-',
      ],
    },
  };
}

function viewVolume({ runId }: ContainerInput, readOnly: boolean): Mount {
  return { type: 'volume', source: objectName(runId, 'view'), target: WORKSPACE_MOUNT, readOnly };
}

function scratchVolume({ runId }: ContainerInput, readOnly: boolean): Mount {
  return { type: 'volume', source: objectName(runId, 'scratch'), target: SCRATCH_MOUNT, readOnly };
}
