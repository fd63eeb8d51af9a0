import { readlinkSync } from 'node:fs';
import { decodePath } from '../core/path-text.js';
import { joinPath } from './file-status.js';
import { type Layers, mergedEntry } from './overlay-layers.js';
import { isGitModulesName, isGitName } from './path-safety.js';

const MAX_HOPS = 40;

/** The target of a link as text of core/path-text. */
export function linkTarget(file: string | Buffer): string {
  return decodePath(readlinkSync(file, { encoding: 'buffer' }));
}

/**
 * Why a link may not be part of a patch, or `undefined`. The target is followed step by step through the tree as the
 * agent left it, since `sub/up/../x` leaves the workspace when `sub/up` is a link to `..`.
 */
export function unsafeLinkReason(layers: Layers, path: string, target: string): string | undefined {
  if (isGitModulesName(path.slice(path.lastIndexOf('/') + 1)))
    return 'a link named like .gitmodules, which git refuses';
  if (target.startsWith('/')) return 'a link to an absolute path, which leaves the workspace';
  const place = path.split('/').slice(0, -1);
  const ahead = target.split('/');
  let hops = 0;
  while (ahead.length > 0) {
    const part = ahead.shift() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (place.pop() === undefined) return 'a link that leaves the workspace';
      continue;
    }
    if (isGitName(part)) return 'a link into .git';
    const at = joinPath(place.join('/'), part);
    const entry = mergedEntry(layers, at);
    if (entry === undefined || !entry.stats.isSymbolicLink()) {
      place.push(part);
      continue;
    }
    hops += 1;
    // A circle leads nowhere, neither inside nor outside.
    if (at === path || hops > MAX_HOPS)
      return hops > MAX_HOPS ? 'a link through too many other links' : undefined;
    const next = linkTarget(entry.file);
    if (next.startsWith('/')) return 'a link that leaves the workspace through another link';
    ahead.unshift(...next.split('/'));
  }
  return undefined;
}
