import { createInterface } from 'node:readline';
import { deferred } from '../core/deferred.js';
import { CagentError } from '../core/errors.js';
import { decodePath, displayPath, encodePath } from '../core/path-text.js';
import { runArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';

/** The link container: the agent's only way out, and the first look for hidden paths. */
export interface LinkSession {
  /** The link is up, its canary was refused, and every hidden path was looked for. */
  readonly ready: Promise<ProbeResult>;
  readonly ended: Promise<void>;
  /** Why it ended before anybody asked it to; `undefined`: it did not. It shares the processes of the gateway. */
  died(): CagentError | undefined;
  /** Ends the link by closing its lifeline. */
  abandon(): void;
}

export interface ProbeResult {
  /** Hidden paths that could not be looked at with the link's rights, as the probe wrote them. */
  readonly unknown: number;
}

/**
 * Starts the link. Its container waits for the floor before it makes the first interface, so that nothing is there
 * that could send.
 * @param floor resolves when the gateway's packet filter is loaded
 * @param hidden paths that must not exist below the mount, text as in core/path-text
 */
export function startLink(
  docker: Docker,
  plan: ContainerPlan,
  floor: Promise<void>,
  hidden: readonly string[],
): LinkSession {
  const items = floor.then(() => ['go', ...hidden]);
  return startProbing(docker, plan, items, ['ready', 'probed']);
}

/** Looks for hidden paths as the agent's user, in a container of its own that ends afterwards. */
export async function probeHidden(
  docker: Docker,
  plan: ContainerPlan,
  hidden: readonly string[],
): Promise<void> {
  const session = startProbing(docker, plan, Promise.resolve(hidden), ['probed']);
  const { unknown } = await session.ready.finally(() => {
    session.abandon();
    return session.ended;
  });
  if (unknown > 0) {
    throw new CagentError(
      'workspace.exposed',
      `${unknown} hidden path(s) could not be checked in the sandbox, so the agent was not started.`,
      {
        hint: 'Look at the permissions of the directories that hold them.',
      },
    );
  }
}

function startProbing(
  docker: Docker,
  plan: ContainerPlan,
  items: Promise<readonly string[]>,
  words: readonly string[],
): LinkSession {
  const args = runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe' });
  const { promise: ready, resolve, reject } = deferred<ProbeResult>();
  const visible: string[] = [];
  let unknown = 0;
  const awaited = new Set(words);
  let stderr = '';
  let serving = false;
  let closing = false;
  let death: CagentError | undefined;

  child.stdin?.on('error', () => {});
  items.then(
    (told) => {
      for (const item of told) child.stdin?.write(Buffer.concat([encodePath(item), Buffer.from([0])]));
      child.stdin?.write(Buffer.from([0]));
    },
    () => child.stdin?.end(),
  );
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-8_192);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('visible ')) visible.push(decodePercent(line.slice('visible '.length)));
    else if (line.startsWith('unknown ')) unknown += 1;
    else awaited.delete(line);
    if (awaited.size > 0) return;
    if (visible.length > 0) reject(exposed(visible));
    else {
      serving = true;
      resolve({ unknown });
    }
  });
  const ended = child.done.then(
    () => {
      if (serving && !closing) death = linkLost();
      reject(linkDied(args, stderr, visible));
    },
    (cause) => reject(new CagentError('docker.missing', 'The docker command cannot be started.', { cause })),
  );
  return {
    ready,
    ended,
    died: () => death,
    abandon: () => {
      closing = true;
      child.stdin?.end();
    },
  };
}

/** Also how a gateway shows that was started again: its docker command goes on, and it serves nobody any more. */
function linkLost(): CagentError {
  return new CagentError(
    'gateway.failed',
    'The link to the gateway ended during the run: from then on what the agent tried may not be on record.',
    { hint: 'See `cagent doctor`.' },
  );
}

function exposed(visible: readonly string[]): CagentError {
  const names = visible.slice(0, 5).map(displayPath).join(', ');
  return new CagentError(
    'workspace.exposed',
    `${visible.length} hidden path(s) would be visible in the sandbox (${names}), so the agent was not started.`,
    {
      hint: 'The kernel or storage of this engine does not hide them; run `cagent doctor`.',
    },
  );
}

function linkDied(args: readonly string[], stderr: string, visible: readonly string[]): CagentError {
  if (visible.length > 0) return exposed(visible);
  const known = dockerError(args, stderr, null);
  if (known.code !== 'docker.failed') return known;
  const words = stderr.trim().split('\n').slice(-3).join(' | ') || 'no message';
  return new CagentError('sandbox.failed', `The sandbox's link did not come up: ${words}`, {
    hint: 'See `cagent doctor`.',
  });
}

/** The probe writes every unusual byte as `%XX`, so that one path is one line. */
function decodePercent(text: string): string {
  return decodePath(
    Buffer.from(
      text.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ),
  );
}
