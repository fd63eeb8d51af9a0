import type { PathWithReason } from './changes.js';

/** How many rejected paths are named one by one; a bomb of a million FIFOs must not become a report of a million lines. */
const MAX_LISTED = 1_000;
const MAX_GROUPS = 100;

/** What was left out of the patch, and why. Everything is counted; beyond a thousand paths it is summed up by place. */
export class Rejections {
  readonly #listed = new Map<string, string>();
  readonly #groups = new Map<string, number>();
  #count = 0;

  add(path: string, reason: string): void {
    this.#count += 1;
    if (this.#listed.has(path)) return;
    if (this.#listed.size < MAX_LISTED) {
      this.#listed.set(path, reason);
      return;
    }
    const slash = path.indexOf('/');
    const top = slash < 0 || this.#groups.size >= MAX_GROUPS ? '.' : path.slice(0, slash);
    const key = `${top}\0${this.#groups.size >= MAX_GROUPS ? 'rejected for several reasons' : reason}`;
    this.#groups.set(key, (this.#groups.get(key) ?? 0) + 1);
  }

  /** How many calls of {@link add} there were: it grows with every rejection, listed one by one or not. */
  get count(): number {
    return this.#count;
  }

  list(): readonly PathWithReason[] {
    const listed = [...this.#listed].map(([path, reason]) => ({ path, reason }));
    const summed = [...this.#groups].map(([key, count]) => {
      const [path, reason] = key.split('\0') as [string, string];
      return { path, reason: `${count} more: ${reason}` };
    });
    return [...listed, ...summed];
  }
}
