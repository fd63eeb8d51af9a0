import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CagentError } from '../../core/errors.js';
import { type LinkAddresses, NO_ROUTER } from '../protocol.js';
import { runCommand } from './commands.js';

/** Our end of the veth pair that the link container makes. */
export const LINK_INTERFACE = 'agent0';

/** Every name that the agent may use gets an address of its own in here, see names/synthetic-names. */
export const SYNTHETIC_BLOCK = '198.18.0.0/15';

/** A routing table of our own, and its place behind those of the kernel. */
const LAST_TABLE = '7';
const AFTER_ALL = '32800';

const POLL_MS = 5;

/** The kernel takes every address of the block for one of this machine, so a listener sees which name was meant. */
export async function makeSyntheticBlockLocal(): Promise<void> {
  await runCommand('ip', ['route', 'add', 'local', SYNTHETIC_BLOCK, 'dev', 'lo']);
}

/**
 * Makes the router of the uplink the way out. Docker takes that of any network which the container is in, and a service's
 * network must not become the way of everything else.
 */
export async function useRouter(router: string): Promise<void> {
  const change =
    router === NO_ROUTER ? ['flush', 'exact', '0.0.0.0/0'] : ['replace', 'default', 'via', router];
  await runCommand('ip', ['route', ...change]);
}

/**
 * On an uplink without a way out the kernel would turn the agent's packets away before the packet filter has seen them.
 * With this route, which is looked at last, they come to it, are refused there, and are on record.
 */
export async function routeTheUnroutable(): Promise<void> {
  await runCommand('ip', ['rule', 'add', 'iif', LINK_INTERFACE, 'lookup', LAST_TABLE, 'pref', AFTER_ALL]);
  await runCommand('ip', ['route', 'add', 'default', 'dev', 'lo', 'table', LAST_TABLE]);
}

/** Waits until the link container has pushed our end into this namespace. */
export async function waitForLink(deadlineMs: number): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!existsSync(`/sys/class/net/${LINK_INTERFACE}`)) {
    if (performance.now() > end) {
      throw new CagentError(
        'gateway.failed',
        `the link did not appear in the gateway within ${deadlineMs / 1000} s`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Addresses first, then up: the link takes the carrier as the sign that the gateway answers. */
export async function configureLink(link: LinkAddresses): Promise<void> {
  const commands = [
    `addr add ${link.gateway}/${link.prefix} dev ${LINK_INTERFACE}`,
    `link set ${LINK_INTERFACE} up`,
  ];
  await runCommand('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
}
