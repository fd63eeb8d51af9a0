import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names the process that owns a run: `<pid>.<start time in clock ticks>.<host name>`. The start time keeps a
 * reused pid from protecting the remains of a dead run.
 */
export function ownerOf(pid: number): string {
  return `${pid}.${startTime(pid) ?? 0}.${hostname()}`;
}

/**
 * Whether the owner is still alive. An owner on another host (a shared remote engine) counts as alive: this
 * machine cannot know, and removing another machine's running agent would be worse than leaving its remains.
 */
export function isOwnerAlive(owner: string): boolean {
  const match = /^(\d+)\.(\d+)\.(.+)$/.exec(owner);
  if (match === null) return false;
  const [, pid, started, host] = match as unknown as [string, string, string, string];
  if (host !== hostname()) return true;
  if (Number(started) === 0) return exists(Number(pid));
  return startTime(Number(pid)) === Number(started);
}

/** Without /proc the pid may belong to a later process; that keeps remains for longer and harms nobody. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Field 22 of /proc/PID/stat; the command name in field 2 may hold spaces and parentheses, so cut after the last.
 * A zombie counts as ended.
 */
function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
