import { execArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';

/** The terminal in front of a person, as far as a shell in the sandbox has to know it. */
export interface Terminal {
  size(): { readonly columns: number; readonly rows: number } | undefined;
  /** @returns a function that stops listening */
  onResize(listener: () => void): () => void;
}

/**
 * Gives the container's terminal the size of ours, now and whenever that changes. The docker command does so only
 * where its own output is a terminal; ours goes through a pipe, to be logged and masked. An image without `stty`
 * keeps the size that it believes in.
 * @returns a function that stops
 */
export function followSize(docker: Docker, plan: ContainerPlan, terminal: Terminal): () => void {
  let setting = false;
  let changed = false;
  async function set(): Promise<void> {
    const size = terminal.size();
    if (size === undefined) return;
    const words = ['stty', '-F', '/dev/console', 'rows', String(size.rows), 'cols', String(size.columns)];
    await docker.try(execArgs(plan.name, plan.user, words));
  }
  /** One command after the other: of two at once the one with the older size may end last. */
  async function match(): Promise<void> {
    changed = true;
    if (setting) return;
    setting = true;
    while (changed) {
      changed = false;
      await set();
    }
    setting = false;
  }
  void match();
  return terminal.onResize(() => void match());
}
