import { attachArgs, inspectNetworksArgs, removeContainersArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import { formatIPv4, parseBlock } from '../egress/address.js';
import { NO_ROUTER } from '../gateway/protocol.js';

/** A container that joins several networks before it starts. */
export type AttachedPlan = ContainerPlan & { readonly attach: readonly string[] };

export function isAttached(plan: ContainerPlan): plan is AttachedPlan {
  return plan.attach !== undefined;
}

/** What creates such a container in all of its networks; nothing is made before each of them has been found. Pure. */
export function attachCommands(plan: AttachedPlan): readonly (readonly string[])[] {
  return [inspectNetworksArgs([plan.network, ...plan.attach]), ...attachArgs(plan, plan.attach)];
}

/**
 * Creates the gateway's container in its uplink and the networks that are attached.
 * @returns the router of the uplink: of several, Docker takes the one whose network comes first by name
 * @throws CagentError `docker.*`, above all for a network that is not there; then nothing is left
 */
export async function attachNetworks(docker: Docker, plan: AttachedPlan): Promise<string> {
  const [inspect = [], ...make] = attachCommands(plan);
  const [uplink = ''] = (await docker.run(inspect)).split('\n');
  try {
    for (const args of make) await docker.run(args);
  } catch (thrown) {
    await docker.try(removeContainersArgs([plan.name]));
    throw thrown;
  }
  return routerOf(JSON.parse(uplink) as EngineNetwork);
}

/** What `docker network inspect` tells. */
interface EngineNetwork {
  readonly Internal?: boolean;
  readonly IPAM?: { readonly Config?: readonly AddressConfig[] | null };
}

interface AddressConfig {
  readonly Subnet?: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  /** Holds what `dockerd --default-gateway` names. */
  readonly AuxiliaryAddresses?: { readonly DefaultGatewayIPv4?: string };
}

/** A network that does not name its router, such as `bridge` on a fresh engine, has it at its first address. */
export function routerOf({ Internal, IPAM }: EngineNetwork): string {
  if (Internal === true) return NO_ROUTER;
  for (const { Subnet = '', IPRange, Gateway, AuxiliaryAddresses } of IPAM?.Config ?? []) {
    const block = parseBlock(IPRange || Subnet);
    const named = AuxiliaryAddresses?.DefaultGatewayIPv4 || Gateway?.split('/')[0];
    if (block !== undefined) return named || formatIPv4(block.base + 1);
  }
  return NO_ROUTER;
}
