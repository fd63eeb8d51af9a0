/**
 * Text that somebody else chose (an agent, a repository, a server) as it may be shown to a person. What a terminal
 * or a reader would act on without seeing it (control characters, bidirectional overrides, zero-width and tag
 * characters, blank fillers, lone surrogates) becomes a visible escape, so that a name cannot forge a line, hide
 * its ending or carry an unseen message. The runner of a workflow is a reader too.
 */

// Cc control, Cf format (bidi, zero-width, tags), Cs lone surrogates, Zl and Zp separators, and the letters that
// render as nothing.
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[\u115f\u1160\u3164\uffa0]|[\u034f\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;

/**
 * What the runner takes for a command in a line of the log: `::name` behind nothing but blanks, and `##[name` anywhere
 * (src/Runner.Common/ActionCommand.cs of actions/runner). The text may be what a line begins with.
 */
const COMMAND = /^(\s*):(?=:[a-z])|(?<=##)\[/gi;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Escapes what cannot be seen, line breaks too, so the result is one line; and what would be a command in the log of a
 * workflow. Everything else stays as it is.
 */
export function displayText(text: string): string {
  return displayOnPage(text).replace(COMMAND, (found, blanks?: string) =>
    blanks === undefined ? escapeUnseen(found) : blanks + escapeUnseen(':'),
  );
}

/** The same for a page or a comment, where nothing is a command of the runner. */
export function displayOnPage(text: string): string {
  return text.replace(UNSEEN, escapeUnseen);
}

/** The same for text of several lines: line feeds and tabs stay. */
export function displayLines(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character === '\n' || character === '\t' ? character : escapeUnseen(character),
  );
}

/** Leaves out what cannot be seen, but for line feeds and tabs. */
export function stripUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : ''));
}

/** `text` cut to `limit` code points, with `…` where something is missing. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = [...text];
  return points.length <= limit ? text : `${points.slice(0, Math.max(0, limit - 1)).join('')}…`;
}

function escapeUnseen(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) as number;
  // Bytes that are not UTF-8, as core/path-text carries them.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
