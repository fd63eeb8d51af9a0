/** A named group of hosts for `network.allow`. All of them on ports 80 and 443. */
export interface Preset {
  readonly name: string;
  /** What it is for, one line. */
  readonly summary: string;
  readonly hosts: readonly PresetHost[];
}

export interface PresetHost {
  /** A host or a pattern, as it could stand in `network.allow`. */
  readonly host: string;
  /** Why it has to be in there. */
  readonly reason: string;
}
