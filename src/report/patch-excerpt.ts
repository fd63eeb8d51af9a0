import { clip } from '../core/display-text.js';

/** The part of a patch that concerns one file. */
export interface PatchSection {
  /** The new path as the patch writes it, or the old one of a deleted file. */
  readonly title: string;
  readonly lines: readonly PatchLine[];
  /** Lines that are not in `lines`. */
  readonly cut: number;
}

export interface PatchLine {
  readonly kind: 'added' | 'deleted' | 'hunk' | 'context' | 'header';
  readonly text: string;
}

export interface PatchExcerpt {
  readonly sections: readonly PatchSection[];
  /** Files that are not in `sections`. */
  readonly cut: number;
}

const FILES = 100;
const LINES_PER_FILE = 160;
const LINES = 4_000;
const LINE_LENGTH = 400;

/** The beginning of each file of a patch, bounded in every direction. */
export function excerptPatch(patch: string): PatchExcerpt {
  // Within a file every line of content begins with a space, a sign or a backslash, so this can only be a header.
  const files = patch.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
  const sections: PatchSection[] = [];
  let budget = LINES;
  for (const file of files.slice(0, FILES)) {
    if (budget <= 0) break;
    const section = excerptFile(file, Math.min(budget, LINES_PER_FILE));
    budget -= section.lines.length;
    sections.push(section);
  }
  return { sections, cut: files.length - sections.length };
}

function excerptFile(file: string, limit: number): PatchSection {
  const lines = file.replace(/\n$/, '').split('\n');
  const firstHunk = lines.findIndex((line) => /^(@@ |GIT binary patch)/.test(line));
  const header = firstHunk === -1 ? lines : lines.slice(0, firstHunk);
  const telling = header.filter((line) => !/^(diff --git|index|---|\+\+\+) ?/.test(line));
  const body = firstHunk === -1 ? [] : lines.slice(firstHunk);
  const binary = body[0] === 'GIT binary patch';
  const content = binary ? ['GIT binary patch'] : body;
  const all = [
    ...telling.map((text): PatchLine => ({ kind: 'header', text: clip(text, LINE_LENGTH) })),
    ...content
      .slice(0, limit)
      .map((text): PatchLine => ({ kind: kindOf(text), text: clip(text, LINE_LENGTH) })),
  ];
  return {
    title: titleOf(header),
    lines: all.slice(0, limit),
    cut: Math.max(0, telling.length + content.length - limit),
  };
}

function titleOf(header: readonly string[]): string {
  const find = (prefix: RegExp): string | undefined => {
    const line = header.find((candidate) => prefix.test(candidate) && !candidate.endsWith('/dev/null'));
    return line?.replace(prefix, '').replace(/\t$/, '');
  };
  const fallback = (header[0] ?? '').replace('diff --git ', '');
  return find(/^rename to /) ?? find(/^\+\+\+ b\//) ?? find(/^--- a\//) ?? halfOf(fallback);
}

/** `a/x b/x` to `x`; anything else stays. */
function halfOf(pair: string): string {
  const half = pair.slice(2, (pair.length - 1) / 2);
  return pair === `a/${half} b/${half}` ? half : pair;
}

function kindOf(line: string): PatchLine['kind'] {
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'deleted';
  if (line.startsWith('@@')) return 'hunk';
  return line.startsWith(' ') ? 'context' : 'header';
}
