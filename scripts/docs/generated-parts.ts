/** The parts of a page that follow from what the code states, by the name in their markers. */
export type Parts = Readonly<Record<string, () => string>>;

/**
 * Writes each part anew between its markers, such as `<!-- train settings -->` and `<!-- end -->`.
 *
 * @param page the page as it is
 * @throws Error if a part has no markers on the page
 */
export function withParts(page: string, parts: Parts): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name} -->`, '<!-- end -->'];
    const [before, rest] = splitAt(text, begin);
    const [, after] = splitAt(rest, end);
    return `${before}${begin}\n${part()}\n${end}${after}`;
  }, page);
}

function splitAt(text: string, marker: string): [before: string, after: string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`The page has no ${marker}.`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}
