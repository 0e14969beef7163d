import type { AnnotatedImage } from '../formats/annotation-source.ts';
import { pathParts, withoutEnding } from '../formats/source-files.ts';

/** Longer names do not fit into every file system once a number and an ending follow. */
const MAX_NAME = 120;

/**
 * A file name without ending for each image, which no two share, in any case of letters: that of the image, with its folders where
 * several are called the same.
 */
export function uniqueNames(images: readonly AnnotatedImage[]): string[] {
  const short = images.map(({ name }) => safe(pathParts(withoutEnding(name)).at(-1) ?? ''));
  const counts = new Map<string, number>();
  for (const name of short) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  const isUnique = (name: string) => counts.get(name.toLowerCase()) === 1;
  const taken = new Set(short.filter(isUnique).map((name) => name.toLowerCase()));
  return images.map((image, i) => {
    const own = short[i] as string;
    if (isUnique(own)) return own;
    const base = safe(pathParts(withoutEnding(image.name)).join('-'));
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}-${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Characters that some system does not have in file names become dashes. */
function safe(name: string): string {
  const clean = name
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '-')
    .replace(/^\.+|[. ]+$/g, '');
  return [...clean].slice(0, MAX_NAME).join('') || 'image';
}
