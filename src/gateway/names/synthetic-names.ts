/**
 * Gives every name that the agent may use an address of its own in 198.18.0.0/15, for the whole run. A connection
 * to that address says which name was meant, whatever the protocol. An address is never given to a second name: a
 * client may keep it for long, and would then talk to another host than it asked for.
 */
export interface SyntheticNames {
  /** The address of a name (normalised), given on first use; `undefined` when there are too many names. */
  addressOf(name: string): string | undefined;
  /** The name behind an address. */
  nameOf(address: string): string | undefined;
}

/** Half of the block. Wildcard rules let the agent invent names; each costs memory here. */
export const MOST_NAMES = 65_000;

const FIRST = 198 * 2 ** 24 + 18 * 2 ** 16;

export function createSyntheticNames(most: number = MOST_NAMES): SyntheticNames {
  const addresses = new Map<string, string>();
  const names = new Map<string, string>();
  return {
    addressOf: (name) => {
      const known = addresses.get(name);
      if (known !== undefined || addresses.size >= most) return known;
      const address = format(FIRST + addresses.size + 1);
      addresses.set(name, address);
      names.set(address, name);
      return address;
    },
    nameOf: (address) => names.get(address),
  };
}

function format(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}
