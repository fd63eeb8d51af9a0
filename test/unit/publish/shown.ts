import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { elementsOf, textOf } from '../report/page.js';
import { HOSTILE } from '../report/samples.js';

type Document = DefaultTreeAdapterTypes.Document;

/** What GitHub makes of a comment: what can be seen, clicked or loaded, and whom it calls. */
export interface Shown {
  readonly text: string;
  readonly links: readonly string[];
  /** Elements that cagent never writes into a comment. */
  readonly foreign: readonly string[];
  /** Mentions, references and addresses outside of code, which GitHub would act on. */
  readonly acting: readonly string[];
  /** Number of cells in each row of a table. */
  readonly rows: readonly number[];
}

const OWN: ReadonlySet<string> = new Set(
  'h2 h3 h4 p a code pre table thead tbody tr th td ul li br sub details summary blockquote strong em hr'.split(
    ' ',
  ),
);
const ACTING = /@[\w/-]+|#\d+|\bGH-\d+|https?:\/\/\S+|\bwww\.\S+|:\w+:|\b[0-9a-f]{7,40}\b/gi;

export function shownBy(markdown: string): Shown {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const page = parseFragment(html) as unknown as Document;
  const elements = elementsOf(page);
  const prose = textOf(page, ({ tagName }) => !['code', 'pre', 'a', 'sub'].includes(tagName));
  return {
    text: textOf(page),
    links: elements
      .filter(({ tagName }) => tagName === 'a')
      .map(({ attrs }) => attrs.find(({ name }) => name === 'href')?.value ?? ''),
    foreign: elements.map(({ tagName }) => tagName).filter((name) => !OWN.has(name)),
    acting: prose.match(ACTING) ?? [],
    rows: elements
      .filter(({ tagName }) => tagName === 'tr')
      .map((row) => row.childNodes.filter((node) => 'tagName' in node).length),
  };
}

/** Text as an attacker would put it together. */
export function hostileText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...HOSTILE, ...MORE),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(...'`~<>[]()!*_#@|\\&:;-+=.\n\r\t \'"/'),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
}

const MORE = [
  '```suggestion\nrm -rf /\n```',
  '````',
  '</details>',
  '<!-- cagent:comment:0123456789abcdef -->',
  '@org/team',
  'acme/widget@0123456789abcdef0123456789abcdef01234567',
  'deadbeef',
  '0123456789abcdef0123456789abcdef01234567',
  'acme/widget#12',
  'mailto:a@evil.example',
  'xmpp:a@evil.example',
  'ftp://evil.example',
  '[a]: https://evil.example\n\n[a]',
  '[^1]: note\n[^1]',
  '- [ ] task',
  '    indented',
  '> quote',
  '| a |\n|---|\n| b |',
  'heading\n===',
  'heading\n---',
  '1. one',
  '<https://evil.example>',
  '&#x40;octocat',
  '&lt;img src=x&gt;',
  '\\',
];
