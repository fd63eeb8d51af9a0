import { hash } from 'node:crypto';
import type { ByteText } from './byte-text.js';
import { type Cache, openCache, readCached, trimCache, writeCached } from './cache-directory.js';
import { SECRET_RULES } from './secret-rules.js';
import type { SecretHit } from './secret-scan.js';

/** What the scan found in the files of one directory. Places and kinds, never values. */
export interface DirectoryScan {
  readonly found: readonly (readonly [name: ByteText, hits: readonly SecretHit[]])[];
  /** Names of files of which only the beginning was scanned. */
  readonly partly: readonly ByteText[];
}

/**
 * Results of the last scan of a workspace, by directory. A result counts only for the very files that were scanned:
 * the fingerprint covers names and stat data, and a change of content cannot leave the time of change as it was.
 */
export interface ScanCache {
  find(directory: ByteText, fingerprint: string): DirectoryScan | undefined;
  /** Remembers for the next run; what is not remembered anew is dropped. */
  keep(directory: ByteText, fingerprint: string, scan: DirectoryScan): void;
  save(): void;
}

/** To be raised with every change of how files are scanned or judged; the rules themselves count anyway. */
export const SCAN_VERSION = 4;

const LARGEST_FILE = 64 * 1024 * 1024;
const LIMITS = { entries: 100, bytes: 256 * 1024 * 1024 };

type Line = readonly [
  directory: ByteText,
  fingerprint: string,
  found: DirectoryScan['found'],
  partly: readonly ByteText[],
];

/** Opens the results for the workspace `root`, in the directory `cacheDirectory`, if it can be trusted. */
export function openScanCache(
  cacheDirectory: string | undefined,
  root: ByteText,
  rules: readonly unknown[] = SECRET_RULES,
): ScanCache | undefined {
  const cache = openCache(cacheDirectory, 'scan', root);
  if (cache === undefined) return undefined;
  const name = `${hash('sha256', Buffer.from(root, 'latin1')).slice(0, 32)}.json`;
  const version = versionOf(rules);
  const known = new Map(readLines(cache, name, version).map((line) => [line[0], line]));
  const kept: Line[] = [];
  let changed = false;
  return {
    find(directory, fingerprint) {
      const line = known.get(directory);
      return line?.[1] === fingerprint ? { found: line[2], partly: line[3] } : undefined;
    },
    keep(directory, fingerprint, { found, partly }) {
      changed ||= known.get(directory)?.[1] !== fingerprint;
      kept.push([directory, fingerprint, found, partly]);
    },
    save() {
      if (!changed && kept.length === known.size) return;
      writeCached(cache, name, JSON.stringify({ version, directories: kept }));
      trimCache(cache, LIMITS);
    },
  };
}

function versionOf(rules: readonly unknown[]): string {
  const text = JSON.stringify(rules, (_, value: unknown) =>
    value instanceof RegExp ? String(value) : value,
  );
  return hash('sha256', `${SCAN_VERSION}\n${text}`);
}

function readLines(cache: Cache, name: string, version: string): readonly Line[] {
  const bytes = readCached(cache, name, LARGEST_FILE);
  if (bytes === undefined) return [];
  try {
    const content = JSON.parse(bytes.toString('utf8')) as { version?: unknown; directories?: unknown };
    if (content.version !== version || !Array.isArray(content.directories)) return [];
    return content.directories.every(isLine) ? content.directories : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is Line {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [directory, fingerprint, found, partly] = value as unknown[];
  return (
    typeof directory === 'string' &&
    typeof fingerprint === 'string' &&
    Array.isArray(found) &&
    found.every(isFound) &&
    Array.isArray(partly) &&
    partly.every((name) => typeof name === 'string')
  );
}

function isFound(value: unknown): boolean {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !Array.isArray(value[1])) return false;
  return value[1].every((hit: unknown) => {
    const { line, rule } = (hit ?? {}) as Partial<SecretHit>;
    return Number.isInteger(line) && typeof rule === 'string';
  });
}
