import { existsSync } from 'node:fs';
import { asCagentError } from '../core/errors.js';
import type { RunId } from '../core/run-id.js';
import type { Docker } from '../docker/client.js';
import { findObjects, removeObjects } from '../sandbox/remove.js';
import { findPrivateDirectories, privateDirectoryOf, removePrivateDirectory } from './private-directory.js';

export interface CleanUp {
  /** `container NAME`, `volume NAME`, `network NAME`, `directory PATH`. */
  readonly removed: readonly string[];
  readonly problems: readonly string[];
}

/** Removes the Docker objects and private directories of runs whose process is gone. */
export async function cleanUp(docker: Docker): Promise<CleanUp> {
  const problems: string[] = [];
  const removed: string[] = [];
  try {
    const found = await findObjects(docker, 'dead');
    problems.push(...(await removeObjects(docker, found)));
    const left = await findObjects(docker, 'dead');
    for (const kind of ['containers', 'volumes', 'networks'] as const) {
      const gone = found[kind].filter((name) => !left[kind].includes(name));
      removed.push(...gone.map((name) => `${kind.slice(0, -1)} ${name}`));
    }
  } catch (thrown) {
    // Without an engine the directories can still go.
    problems.push(problemOf(thrown));
  }
  for (const path of findPrivateDirectories('dead')) {
    if (await removePrivateDirectory(path, await anyGatewayImage(docker), docker))
      removed.push(`directory ${path}`);
    else problems.push(`${path} could not be removed; remove it as root.`);
  }
  return { removed, problems };
}

/** Removes what is left of one run. For a caller that knows its end, such as the post step of the action. */
export async function cleanUpRun(docker: Docker, runId: RunId): Promise<CleanUp> {
  const problems: string[] = [];
  const removed: string[] = [];
  try {
    const found = await findObjects(docker, { runId });
    problems.push(...(await removeObjects(docker, found)));
    for (const kind of ['containers', 'volumes', 'networks'] as const) {
      removed.push(...found[kind].map((name) => `${kind.slice(0, -1)} ${name}`));
    }
  } catch (thrown) {
    problems.push(problemOf(thrown));
  }
  const path = privateDirectoryOf(runId);
  if (!existsSync(path)) return { removed, problems };
  if (await removePrivateDirectory(path, await anyGatewayImage(docker), docker))
    removed.push(`directory ${path}`);
  else problems.push(`${path} could not be removed; remove it as root.`);
  return { removed, problems };
}

/** What happened and what to do, without the engine. */
function problemOf(thrown: unknown): string {
  const { message, hint } = asCagentError(thrown);
  return hint === undefined ? message : `${message.replace(/[.!?]?$/, (stop) => stop || '.')} ${hint}`;
}

async function anyGatewayImage(docker: Docker): Promise<string | undefined> {
  const result = await docker.try([
    'image',
    'ls',
    '--filter',
    'label=cagent.image=cagent-gateway',
    '--format',
    '{{.Repository}}:{{.Tag}}',
  ]);
  return result.stdout.toString('utf8').split('\n')[0] || undefined;
}
