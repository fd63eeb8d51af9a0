/** What tells the comments of jobs apart that run the same agent in one workflow. */
export interface CommentScope {
  /** Decides which comment it is; `''` where there is nothing to tell apart. */
  readonly key: string;
  /** For people, in the title of the comment. Untrusted: a matrix may be made from anything. */
  readonly label: string;
}

/** @param text the values of a matrix as GitHub writes them in JSON (`null` without a matrix), or any text of the user */
export function commentScope(text: string): CommentScope {
  const matrix = parsed(text);
  if (typeof matrix !== 'object') return { key: text.trim(), label: text.trim() };
  const values = Object.values(matrix ?? {});
  if (values.length === 0) return { key: '', label: '' };
  const words = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  return { key: JSON.stringify(matrix), label: words.join(', ') };
}

function parsed(text: string): unknown {
  try {
    return text.trim() === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
