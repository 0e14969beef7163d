import path from 'node:path';
import { isFolder, UserError } from '@instagan/core/data';
import { isImageName } from '../images/image-file.ts';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { frameOf } from './frame.ts';
import { countValues, type LabelImage, readLabelImage } from './label-image.ts';
import { objectOfValues } from './label-objects.ts';
import { filesBelow, locatePicture, readAnnotations, withoutEnding } from './source-files.ts';

/**
 * One mask image for each picture, `masks/NAME.png` for `images/NAME.jpg`, in which each colour, palette index or grey level is
 * an object, and black is background. Its label is the colour (`#ff8000`) or number, or the name that the file `classes` gives it.
 */
export const masks: AnnotationFormat = {
  recognises: ({ names }) => names.has('masks'),
  open: openMasks,
};

/** Endings that names of masks have beside those of their images. */
const SUFFIX = /_(masks?|seg|labels?|L)$/i;
/** More values than this come from blurred borders or lossy compression. */
const MAX_VALUES = 1000;

async function openMasks(root: string, { images: folder, classes }: OpenOptions): Promise<AnnotationSource> {
  const within = path.join(root, 'masks');
  const maskFolder = (await isFolder(within)) ? within : root;
  const folders =
    folder === undefined ? [path.join(root, 'images'), path.join(path.dirname(root), 'images')] : [folder];
  const pictures = new Map<string, string>();
  for (const each of folders) {
    if (!(await isFolder(each))) continue;
    for (const name of await filesBelow(each, isImageName)) {
      if (!pictures.has(withoutEnding(name))) pictures.set(withoutEnding(name), name);
    }
  }
  if (pictures.size === 0) {
    throw new UserError(`There are no images in ${folders.join(' or ')}: give their folder with --images.`);
  }
  const names = classes === undefined ? null : await readClassColours(classes);
  const remarks: string[] = [];
  const images = (await filesBelow(maskFolder, isImageName)).flatMap((file) => {
    const picture = pictures.get(withoutEnding(file)) ?? pictures.get(withoutEnding(file).replace(SUFFIX, ''));
    if (picture === undefined) {
      remarks.push(`${path.join(maskFolder, file)} belongs to no image and is passed over: name it after its image.`);
      return [];
    }
    return [annotatedImage(path.join(maskFolder, file), picture, names, folders)];
  });
  return { path: root, images, labels: names && [...new Set(names.values())], remarks, unreadableImages: 0 };
}

function annotatedImage(
  file: string,
  name: string,
  names: ReadonlyMap<string, string> | null,
  folders: readonly string[],
): AnnotatedImage {
  return {
    name,
    split: null,
    labels: null,
    locate: () => locatePicture(file, name, folders),
    async objects(picture, header) {
      const image = await readLabelImage(file);
      const counts = countValues(image);
      if (counts.size > MAX_VALUES) {
        throw new UserError(
          `${file} holds ${counts.size} colours, more than ${MAX_VALUES}: save it without smoothing, as PNG.`,
        );
      }
      const frame = frameOf(file, name, image, picture, header);
      const objects = [...counts.keys()].filter((value) => value !== 0);
      return objects.map((value) => {
        const label = labelOf(value, image.kind);
        return objectOfValues(names?.get(label) ?? label, image.values, frame, (pixel) => pixel === value);
      });
    },
  };
}

function labelOf(value: number, kind: LabelImage['kind']): string {
  return kind === 'colour' ? `#${value.toString(16).padStart(6, '0')}` : String(value);
}

/** Names of colours and numbers: lines such as `#ff8000 sheep`, `255 128 0 sheep`, `sheep,255,128,0` or `3 sheep`. */
async function readClassColours(file: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [i, line] of (await readAnnotations(file)).split(/\r?\n/).entries()) {
    if (line.trim() === '' || /^\s*(\/\/|name\s*,)/i.test(line)) continue;
    const entry = classOf(line.trim());
    if (entry === null) {
      throw new UserError(`${file}: line ${i + 1} gives no colour a name: write it such as #ff8000 sheep, or 3 sheep.`);
    }
    names.set(...entry);
  }
  return names;
}

function classOf(line: string): [value: string, name: string] | null {
  const hex = /^(#[0-9a-f]{6})[\s,;:]+(.+)$/i.exec(line);
  if (hex !== null) return [(hex[1] as string).toLowerCase(), hex[2] as string];
  const first = /^(\d{1,3})[\s,;]+(\d{1,3})[\s,;]+(\d{1,3})[\s,;:]+(.+)$/.exec(line);
  if (first !== null) return [colour(first.slice(1, 4)), first[4] as string];
  const last = /^(.+?)[\s,;:]+(\d{1,3})[\s,;]+(\d{1,3})[\s,;]+(\d{1,3})$/.exec(line);
  if (last !== null) return [colour(last.slice(2, 5)), last[1] as string];
  const number = /^(\d{1,5})[\s,;:]+(.+)$/.exec(line);
  return number === null ? null : [String(Number(number[1])), number[2] as string];
}

function colour(parts: readonly string[]): string {
  return `#${parts.map((part) => Math.min(255, Number(part)).toString(16).padStart(2, '0')).join('')}`;
}
