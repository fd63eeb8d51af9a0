/** The runner drops a step's whole summary when it is larger than this. */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024;

const CUT = '\n\n… cut here; the whole summary is in `summary.md`.\n';

/** `markdown`, cut at a line's end so that it takes at most `limit` bytes. */
export function fitSummary(markdown: string, limit = SUMMARY_LIMIT_BYTES): string {
  const bytes = Buffer.from(markdown, 'utf8');
  if (bytes.length <= limit) return markdown;
  const room = limit - Buffer.byteLength(CUT);
  const end = bytes.subarray(0, Math.max(0, room)).lastIndexOf(0x0a);
  return end === -1 ? '' : `${bytes.toString('utf8', 0, end)}${CUT}`;
}
