import { displayOnPage } from '../core/display-text.js';

/** A piece of finished HTML. Only {@link html} makes one, so text can reach a page only by way of the escape. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | undefined | readonly Part[];

/** A template in which every value is escaped, unless it is {@link Html} itself. `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: strings.reduce((all, text, at) => all + render(values[at - 1]) + text) };
}

/** Text made by cagent alone that must not be escaped, such as a style sheet. */
export function trusted(markup: string): Html {
  return { markup };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(render).join('');
}

/** Visible escapes for what cannot be seen, then entities. Fit for text and for quoted attributes. */
function escapeHtml(text: string): string {
  return displayOnPage(text).replace(/[&<>"'`=]/g, (character) => `&#${character.charCodeAt(0)};`);
}
