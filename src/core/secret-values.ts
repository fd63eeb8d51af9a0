/**
 * The values that must never appear in anything cagent writes: model keys and `--env NAME` values. Masking covers
 * the encodings in which a value leaks by accident or on purpose.
 */
export interface SecretValue {
  /** Where it came from (a variable's name); this may be shown. */
  readonly name: string;
  readonly value: string;
}

/** Values shorter than this are not masked: a two-letter value would tear holes into every text. */
const SHORTEST_MASKED = 4;
/** The same for what is only a part or a variant of a value. */
const SHORTEST_DERIVED = 8;

export type Mask = (text: string) => string;

/** A function that replaces every known value, and its usual encodings, by `***`. */
export function createMask(secrets: readonly SecretValue[]): Mask {
  const needles = [...new Set(secrets.flatMap((secret) => secretForms(secret.value)))]
    .filter((form) => form.length >= SHORTEST_MASKED)
    .sort((a, b) => b.length - a.length);
  if (needles.length === 0) return (text) => text;
  const pattern = new RegExp(
    needles.map((needle) => needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
    'g',
  );
  return (text) => text.replace(pattern, '***');
}

/** The longest form of any secret, in characters: what a streaming masker has to hold back. */
export function longestForm(secrets: readonly SecretValue[]): number {
  return Math.max(0, ...secrets.flatMap((secret) => secretForms(secret.value)).map((form) => form.length));
}

/**
 * The forms in which a value is looked for: as it is, trimmed, by line, in one case (names in DNS are lower case),
 * reversed, URL-, JSON- and HTML-encoded, hex, and base64 and base64url in all three alignments, whole and in the lines
 * into which tools wrap them.
 */
export function secretForms(value: string): readonly string[] {
  const trimmed = value.trim();
  if (trimmed.length < SHORTEST_MASKED) return trimmed.length === 0 ? [] : [trimmed];
  const lines = trimmed.split(/\r?\n/).map((line) => line.trim());
  const bytes = Buffer.from(trimmed, 'utf8');
  const base64 = [bytes.toString('base64'), ...[0, 1, 2].map((shift) => alignedBase64(bytes, shift))];
  const hex = bytes.toString('hex');
  const url = urlForms(trimmed);
  return [
    ...new Set([
      value,
      trimmed,
      ...[...lines, trimmed.toLowerCase(), trimmed.toUpperCase()].filter(
        (form) => form.length >= SHORTEST_DERIVED,
      ),
      [...trimmed].reverse().join(''),
      ...base64,
      ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
      ...[64, 76].flatMap((width) => wrapped(base64[0] as string, width)),
      hex,
      hex.toUpperCase(),
      ...wrapped(hex, 60),
      ...url,
      ...url.map((form) => form.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())),
      ...jsonForms(trimmed),
      ...htmlForms(trimmed),
    ]),
  ];
}

/** The ways in which URL libraries encode a value: whole URL, component, strict component, path and form field. */
function urlForms(text: string): readonly string[] {
  const component = encodeURIComponent(text.toWellFormed());
  const strict = component.replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [
    encodeURI(text.toWellFormed()),
    ...[component, strict].flatMap((form) => [form, form.replaceAll('%2F', '/')]),
    new URLSearchParams({ '': text }).toString().slice(1),
  ];
}

/** As in a string: other letters as they are or in ASCII, as Python has it, `<>&` as Go has them, `/` as PHP has it. */
function jsonForms(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const unitEscapes = (form: string, units: RegExp): string =>
    form.replace(units, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const ascii = unitEscapes(plain, /[^\0-\x7f]/g);
  return [plain, ascii, unitEscapes(plain, /[<>&\u2028\u2029]/g)].flatMap((form) => [
    form,
    form.replaceAll('/', '\\/'),
  ]);
}

/** As in the text of an element and in an attribute. */
function htmlForms(text: string): readonly string[] {
  const inText = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    inText,
    ...['&#39;', '&#x27;'].map((quote) => inText.replaceAll('"', '&quot;').replaceAll("'", quote)),
  ];
}

/** The lines of `text` at `width`, as `base64`, `openssl` and `xxd` print them; none when it fits in one. */
function wrapped(text: string, width: number): readonly string[] {
  if (text.length <= width) return [];
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
  return lines.filter((line) => line.length >= SHORTEST_DERIVED);
}

/** The characters of base64 that depend on the value alone when it starts `shift` bytes into a group of three. */
function alignedBase64(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const whole = Math.floor(((bytes.length + shift) * 8) / 6);
  return encoded.slice(shift === 0 ? 0 : shift + 1, whole);
}
