import { isIPv4 } from 'node:net';

/** A block of IPv4 addresses; `base` is the first one as a number. */
export interface AddressBlock {
  readonly base: number;
  /** Length of the prefix, 0 to 32. */
  readonly prefix: number;
}

/** Four decimal parts without leading zeros to a number; `undefined` for every other spelling. */
export function parseIPv4(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split('.').reduce((value, part) => value * 256 + Number(part), 0);
}

export function formatIPv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `10.1.0.0/16`, or an address as a block of one. Bits after the prefix are cut off. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [address, length, ...rest] = text.split('/') as [string, string?, ...string[]];
  const value = parseIPv4(address);
  if (value === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { base: value, prefix: 32 };
  if (!/^(?:\d|[12]\d|3[0-2])$/.test(length)) return undefined;
  const prefix = Number(length);
  return { base: value - (value % sizeOf(prefix)), prefix };
}

export function formatBlock(block: AddressBlock): string {
  return `${formatIPv4(block.base)}/${block.prefix}`;
}

/** Whether `outer` holds all of `inner`. */
export function containsBlock(outer: AddressBlock, inner: AddressBlock): boolean {
  return outer.prefix <= inner.prefix && inner.base - (inner.base % sizeOf(outer.prefix)) === outer.base;
}

/** `block` without the addresses of `holes`, as the fewest blocks, in order. */
export function subtractBlocks(block: AddressBlock, holes: readonly AddressBlock[]): readonly AddressBlock[] {
  const within = holes.filter((hole) => containsBlock(block, hole));
  if (holes.some((hole) => containsBlock(hole, block))) return [];
  if (within.length === 0) return [block];
  const prefix = block.prefix + 1;
  const halves = [block.base, block.base + sizeOf(prefix)];
  return halves.flatMap((base) => subtractBlocks({ base, prefix }, within));
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}
