import { visible } from '../output/visible.ts';

/** Markup that goes into a page as it is. Made of a text of our own, or by {@link html}, which escapes all others. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What a template may hold: markup, text, several of those, or nothing. */
export type HtmlPart = Html | string | number | null | false | readonly HtmlPart[];

/**
 * A piece of a page: html`<p>${text}</p>`. Text is escaped, for elements and for attributes in double quotes, and what a
 * reader would not see of it is spelled, such as a character that turns the direction of writing around.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? markupOf(parts[i] as HtmlPart) : '')).join(''));
}

/** Data as a script element holds it, whatever it is. */
export function jsonData(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function markupOf(part: HtmlPart): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markupOf).join('');
  return visible(String(part)).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
