import { split } from 'shlex';

/**
 * Splits a command line into words by the quoting rules of a POSIX shell. Nothing is expanded and nothing is run:
 * `$HOME`, `*`, `|` and `$(...)` stay the characters that they are. `undefined` when a quote is left open.
 */
export function splitWords(line: string): readonly string[] | undefined {
  try {
    return split(line);
  } catch {
    return undefined;
  }
}

/**
 * The words of a text that should hold one command line. A backslash at a line's end joins lines, quotes may span
 * them. Several complete lines are refused: joining them would run something that nobody wrote.
 */
export function splitCommandLine(text: string): readonly string[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length > 1 && lines.every((line) => splitWords(line) !== undefined)) return undefined;
  return splitWords(text.trim().replace(/\\\r?\n/g, ' '));
}
