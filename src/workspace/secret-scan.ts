import { isSecret } from './secret-judgement.js';
import { SECRET_RULES, type SecretRule } from './secret-rules.js';

/** A secret in a piece of bytes. */
export interface SecretHit {
  /** From 1. */
  readonly line: number;
  readonly rule: string;
}

/**
 * Looking at every byte with a hundred expressions would take seconds. Three cheap searches find the few places worth
 * it: runs of token characters (every token is one), the words `PRIVATE KEY`, and `://` for passwords in URLs.
 */
const SHORTEST_RUN = 20;
/** How far before a run its name may stand: `"secret_access_key": "`. */
const LOOK_BEHIND = 96;
const LOOK_AHEAD = 160;
const LONGEST_KEY_HEADER = 2_048;
/** A run is one region up to this length; a minified file must not become one huge region. */
const LONGEST_REGION = 4_096;
const SNIFF_BYTES = 8_000;
const MOST_HITS = 50;

const TOKEN_BYTES = tokenBytes();
const URL_RULES = SECRET_RULES.filter((rule) => rule.keywords.includes('://'));
const KEY_RULES = SECRET_RULES.filter((rule) => rule.id === 'private-key');
const RUN_RULES = SECRET_RULES.filter((rule) => !URL_RULES.includes(rule) && !KEY_RULES.includes(rule));
const GUESSES = new Set(SECRET_RULES.filter((rule) => rule.judge === 'entropy').map((rule) => rule.id));
const KEYWORDS = [...new Set(RUN_RULES.flatMap((rule) => rule.keywords))];
/** Without those that hold another one: every alternative costs time at every byte. */
const PREFILTER = new RegExp(
  KEYWORDS.filter((word) => !KEYWORDS.some((other) => other !== word && word.includes(other)))
    .map(escapeLiteral)
    .join('|'),
);

/** Files whose long random values are checksums. */
const LOCK_FILE =
  /(?:^|[/-])(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|[\w.-]+\.lock|go\.sum|[\w.-]+\.lockfile)$/i;

/** Secrets in a file's bytes, at most 50, sorted by line. `name` tells lock files from others. */
export function scanBytes(bytes: Buffer, name: string): readonly SecretHit[] {
  const text =
    bytes[0] === 0xff && bytes[1] === 0xfe ? Buffer.from(bytes.toString('utf16le'), 'utf8') : bytes;
  const binary = text.subarray(0, SNIFF_BYTES).includes(0);
  const found = new Map<string, { offset: number; rule: string }>();

  const examine = (start: number, end: number, rules: readonly SecretRule[]): void => {
    const region = text.toString('latin1', Math.max(0, start), Math.min(text.length, end));
    for (const rule of rules) {
      if (binary && rule.kind === 'context') continue;
      if (!rule.keywords.some((keyword) => region.includes(keyword))) continue;
      if (rule.judge === 'entropy' && LOCK_FILE.test(name)) continue;
      for (const match of region.matchAll(rule.pattern)) {
        if (!isSecret(rule, match[1] ?? match[2] ?? match[0])) continue;
        const offset = Math.max(0, start) + match.index;
        if (found.size < MOST_HITS) found.set(`${rule.id}:${offset}`, { offset, rule: rule.id });
      }
    }
  };

  forEachRun(text, (start, end) => {
    for (let at = start; at < end; at += LONGEST_REGION) {
      const stop = Math.min(end, at + LONGEST_REGION);
      if (!PREFILTER.test(text.toString('latin1', Math.max(0, at - LOOK_BEHIND), stop))) continue;
      examine(at - LOOK_BEHIND, stop + LOOK_AHEAD, RUN_RULES);
    }
  });
  forEachAnchor(text, 'PRIVATE KEY', (at) => examine(at - 40, at + LONGEST_KEY_HEADER, KEY_RULES));
  if (!binary) forEachAnchor(text, '://', (at) => examine(at - 24, at + 320, URL_RULES));
  return toLines(text, [...found.values()]);
}

/**
 * Runs of at least {@link SHORTEST_RUN} token bytes. Looks at every twentieth byte first: where that one is no
 * token byte, no run can cover it.
 */
function forEachRun(bytes: Buffer, use: (start: number, end: number) => void): void {
  const length = bytes.length;
  let previousEnd = 0;
  for (let at = SHORTEST_RUN - 1; at < length; ) {
    if (TOKEN_BYTES[bytes[at] as number] === 0) {
      at += SHORTEST_RUN;
      continue;
    }
    let start = at;
    while (start > previousEnd && TOKEN_BYTES[bytes[start - 1] as number] === 1) start -= 1;
    let end = at + 1;
    while (end < length && TOKEN_BYTES[bytes[end] as number] === 1) end += 1;
    if (end - start >= SHORTEST_RUN) use(start, end);
    previousEnd = end;
    at = end + SHORTEST_RUN;
  }
}

function forEachAnchor(bytes: Buffer, anchor: string, use: (at: number) => void): void {
  for (let at = bytes.indexOf(anchor); at !== -1; at = bytes.indexOf(anchor, at + anchor.length)) use(at);
}

function toLines(bytes: Buffer, hits: { offset: number; rule: string }[]): readonly SecretHit[] {
  hits.sort((a, b) => a.offset - b.offset);
  const lines: SecretHit[] = [];
  let line = 1;
  let position = 0;
  for (const { offset, rule } of hits) {
    for (let at = bytes.indexOf(10, position); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1))
      line += 1;
    position = offset;
    if (!lines.some((other) => other.line === line && other.rule === rule)) lines.push({ line, rule });
  }
  // A guess beside a known form on the same line is the same secret.
  const known = new Set(lines.filter((hit) => !GUESSES.has(hit.rule)).map((hit) => hit.line));
  return lines.filter((hit) => !GUESSES.has(hit.rule) || !known.has(hit.line));
}

function tokenBytes(): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.~%') {
    table[character.charCodeAt(0)] = 1;
  }
  return table;
}

function escapeLiteral(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
