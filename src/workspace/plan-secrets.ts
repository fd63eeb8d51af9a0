import type { ViewSpec } from '../config/run-spec.js';
import { type ByteText, byteTextToPath } from './byte-text.js';
import type { SecretAllowList } from './secret-allow-list.js';
import { SCANNED_BYTES, type ScanMemory, scanFiles } from './secret-scan-files.js';
import { shown } from './walk.js';
import type { SecretFinding } from './workspace-plan.js';

export interface SecretsPlan {
  /** Files to hide, with the reason. */
  readonly hidden: ReadonlyMap<ByteText, string>;
  readonly findings: readonly SecretFinding[];
  readonly notices: readonly string[];
}

const CHECKOUT_TOKEN_RULE = 'git-http-header';

/**
 * What the secret scan means for the view. Files that a rule of the user re-includes on purpose are reported, but
 * stay visible: somebody has decided that already.
 */
export async function planSecrets(
  root: ByteText,
  files: readonly ByteText[],
  mode: ViewSpec['secrets'],
  reincluded: ReadonlySet<ByteText>,
  allowed: SecretAllowList,
  memory: ScanMemory | undefined,
): Promise<SecretsPlan> {
  if (mode === 'off') return { hidden: new Map(), findings: [], notices: [] };
  const scan = await scanFiles(root, files, allowed, memory);
  const hidden = new Map<ByteText, string>();
  const findings: SecretFinding[] = [];
  for (const [path, hits] of scan.found) {
    const text = byteTextToPath(path);
    findings.push(...hits.map(({ line, rule }) => ({ path: text, line, rule })));
    const rules = [...new Set(hits.map((hit) => hit.rule))].join(', ');
    // The token of a checkout is no secret of the project that somebody could want to show.
    const hide = mode === 'hide' || hits.some((hit) => hit.rule === CHECKOUT_TOKEN_RULE);
    if (hide && !reincluded.has(path)) hidden.set(path, `secret scan: ${rules}`);
  }
  // The agent owns its files: what we may not read, it could make readable inside.
  if (mode === 'hide')
    for (const path of scan.unreadable) hidden.set(path, 'unreadable: could not be scanned');
  const visible = [...scan.found.keys()].filter((path) => !hidden.has(path)).length;
  findings.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  return { hidden, findings, notices: noticesOf(scan.partly, scan.unreadable, visible, mode) };
}

function noticesOf(
  partly: readonly ByteText[],
  unreadable: readonly ByteText[],
  visible: number,
  mode: ViewSpec['secrets'],
): readonly string[] {
  const size = `${SCANNED_BYTES / 1024 / 1024} MiB`;
  return [
    ...(mode === 'warn' && visible > 0
      ? [`The secret scan found something in ${visible} visible files; secrets is warn.`]
      : []),
    ...(partly.length > 0
      ? [
          `${partly.length} files were scanned for secrets in their first ${size} only, such as ${shown(partly[0] as ByteText)}.`,
        ]
      : []),
    ...(unreadable.length > 0
      ? [
          `${unreadable.length} files cannot be read and were not scanned, such as ${shown(unreadable[0] as ByteText)}.`,
        ]
      : []),
  ];
}
