import { displayPath } from './path-text.js';

/** Words as a shell needs them, so that a printed command can be pasted. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${displayPath(word).replaceAll("'", `'\\''`)}'`;
}
