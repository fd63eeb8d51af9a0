import { type SecretValue, secretForms } from './secret-values.js';

/**
 * Replaces secret values in a stream of bytes, also where a value is cut by the borders of chunks. All other bytes
 * come out as they went in, valid UTF-8 or not; the whole output is the same however the input is cut.
 */
export interface Redactor {
  /** The bytes that are decided; what may be the beginning of a value is held back. */
  push(chunk: Uint8Array): Buffer;
  /** What was still held back. The redactor can be used again afterwards. */
  end(): Buffer;
  /** How many values were replaced so far. */
  readonly replaced: number;
}

/** As in createMask: shorter values would tear holes into every text. */
const SHORTEST_FORM = 4;

export function createRedactor(secrets: readonly SecretValue[]): Redactor {
  // One character for each byte, so that a regular expression works on bytes and nothing is lost.
  const needles = [...new Set(secrets.flatMap((secret) => secretForms(secret.value)))]
    .filter((form) => form.length >= SHORTEST_FORM)
    .map((form) => Buffer.from(form, 'utf8').toString('latin1'))
    .sort((a, b) => b.length - a.length);
  const longest = needles[0]?.length ?? 0;
  const firsts = new Set(needles.map((needle) => needle.charCodeAt(0)));
  const pattern = new RegExp(
    needles.map((needle) => needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
    'g',
  );
  let held = '';
  let replaced = 0;

  /** First position from `from` on where the text ends in what may become a (longer) needle. */
  function undecided(text: string, from: number): number {
    for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
      if (!firsts.has(text.charCodeAt(at))) continue;
      const rest = text.slice(at);
      if (needles.some((needle) => needle.length > rest.length && needle.startsWith(rest))) return at;
    }
    return text.length;
  }

  function redact(text: string, final: boolean): Buffer {
    let output = '';
    let done = 0;
    let limit = final ? text.length : undecided(text, 0);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null && match.index < limit; match = pattern.exec(text)) {
      output += `${text.slice(done, match.index)}***`;
      replaced += 1;
      done = pattern.lastIndex;
      if (!final && done > limit) limit = undecided(text, done);
    }
    held = text.slice(limit);
    return Buffer.from(output + text.slice(done, limit), 'latin1');
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      return needles.length === 0 ? bytes : redact(held + bytes.toString('latin1'), false);
    },
    end: () => (held === '' ? Buffer.alloc(0) : redact(held, true)),
    get replaced() {
      return replaced;
    },
  };
}
