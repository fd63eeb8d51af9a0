/**
 * What cagent asks of Docker, as data. Plans hold these; `argv.ts` is the only place that turns them into words of
 * a command line.
 */
export interface ContainerPlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Reference or digest. */
  readonly image: string;
  /** Program and arguments. With `entrypoint: 'replace'` the first word replaces the image's entry point. */
  readonly command: readonly string[];
  readonly entrypoint: 'image' | 'replace';
  /** `none`, a network's name, or `container:NAME`. */
  readonly network: string;
  /** Further networks, which it joins before it starts. */
  readonly attach?: readonly string[];
  /** Process namespace: `container:NAME`; absent: its own. */
  readonly pid?: string;
  /** `uid:gid`; absent: the image's. */
  readonly user?: string;
  readonly workdir?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables whose values Docker takes from the environment of the docker command: never in argv. */
  readonly envFromProcess: readonly string[];
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly Tmpfs[];
  readonly capabilities: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly dns: readonly string[];
  /** The container's own name; absent: one that Docker makes up. */
  readonly hostname?: string;
  readonly limits?: ContainerLimits;
  readonly runtime?: string;
  /** Docker's own small init as PID 1: reaps children and makes TERM work. */
  readonly init: boolean;
  /** Keeps standard input open. */
  readonly interactive: boolean;
  readonly tty: boolean;
  readonly readOnly: true;
}

export type Mount =
  | {
      readonly type: 'volume';
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** Docker first copies what the image has at the mount point into the volume, while that is empty. */
      readonly populate?: true;
    }
  | { readonly type: 'bind'; readonly source: string; readonly target: string; readonly readOnly: boolean };

export interface Tmpfs {
  readonly target: string;
  readonly sizeBytes: number;
  readonly mode: string;
  readonly exec: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

export interface ContainerLimits {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly pids?: number;
  /** Largest single file, in bytes (RLIMIT_FSIZE). */
  readonly fileSizeBytes?: number;
  readonly openFiles?: number;
}

/** A volume of the local driver: an overlay of host directories, or a directory of the engine's own. */
export interface VolumePlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Mount options of type overlay, e.g. `lowerdir=A:B,upperdir=C,workdir=D,userxattr,nosuid,nodev`; absent: a
   * directory of the engine's own.
   */
  readonly options?: string;
}
