import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf, run, until } from './program.js';

export interface Internet {
  /** Docker network to go out by. */
  readonly uplink: string;
  /** Address of the resolver and of every name. */
  readonly address: string;
  /** What reached it: `dns A name`, `http host METHOD path`. */
  seen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the server imports from node_modules. */
const MODULES = ['dns-packet', '@leichtgewicht/ip-codec'];
const FREE_RANGES = Array.from({ length: 8 }, (_, index) => `198.51.100.${128 + index * 16}/28`);

/** Starts the internet of `internet-server.mjs` in a docker network of its own, which has no way out. */
export async function startInternet(): Promise<Internet> {
  const id = `e2e-internet-${process.pid}`;
  await createNetwork(id);
  const files = mkdtempSync(join(tmpdir(), 'e2e-internet-'));
  mkdirSync(files, { recursive: true });
  cpSync(join(import.meta.dirname, 'internet-server.mjs'), join(files, 'server.mjs'));
  for (const name of MODULES) {
    cpSync(join('node_modules', name), join(files, 'node_modules', name), { recursive: true });
  }
  const command = ['node', '/internet/server.mjs'];
  await outputOf('docker', [
    'create',
    '--name',
    id,
    '--network',
    id,
    '--init',
    'node:24-bookworm-slim',
    ...command,
  ]);
  await outputOf('docker', ['cp', files, `${id}:/internet`]);
  rmSync(files, { recursive: true });
  await outputOf('docker', ['start', id]);
  const log = async () => (await outputOf('docker', ['logs', id])).split('\n');
  await until(async () => (await log()).some((line) => line.startsWith('ready ')));
  const address = (await log())[0]?.replace('ready ', '') ?? '';
  return {
    uplink: id,
    address,
    seen: async () => (await log()).slice(1).filter((line) => line !== ''),
    async close() {
      await run('docker', ['rm', '--force', '--volumes', id]);
      await run('docker', ['network', 'rm', id]);
    },
  };
}

/** Another suite may use a part of the range at the same time. */
async function createNetwork(name: string): Promise<void> {
  for (const subnet of FREE_RANGES) {
    const { exitCode } = await run('docker', ['network', 'create', '--internal', '--subnet', subnet, name]);
    if (exitCode === 0) return;
  }
  throw new Error(`no free docker network in ${FREE_RANGES.join(', ')}`);
}
