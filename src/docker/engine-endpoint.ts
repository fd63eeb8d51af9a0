import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../core/environment.js';

/** Where the docker command finds its engine. */
export interface EngineEndpoint {
  /** `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`; `undefined`: the platform's default socket. */
  readonly url: string | undefined;
  /** Who says so, for people: `DOCKER_HOST`, `the docker context NAME`. */
  readonly from: string;
}

/**
 * What the docker command will use, found as it finds it: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then the context that
 * its configuration file names. Reads two small files and starts nothing.
 */
export function engineEndpoint(environment: Environment): EngineEndpoint {
  const { DOCKER_HOST: host, DOCKER_CONTEXT: named } = environment;
  if (host !== undefined && host !== '') return { url: host, from: 'DOCKER_HOST' };
  const directory = environment.DOCKER_CONFIG || join(environment.HOME ?? '/', '.docker');
  const name = named || text(json(join(directory, 'config.json'))?.currentContext) || 'default';
  if (name === 'default') return { url: undefined, from: 'the default socket' };
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = json(join(directory, 'contexts/meta', folder, 'meta.json')) as
    | { readonly Endpoints?: { readonly docker?: { readonly Host?: unknown } } }
    | undefined;
  return { url: text(meta?.Endpoints?.docker?.Host), from: `the docker context ${name}` };
}

function json(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    // Missing or broken: the docker command itself complains about what it needs.
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
