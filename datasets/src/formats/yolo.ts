import path from 'node:path';
import { isFile, isFolder, UserError } from '@instagan/core/data';
import { parse as parseYaml } from 'yaml';
import type { SplitName } from '../folder/dataset-folder.ts';
import { isImageName } from '../images/image-file.ts';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { fillPolygon } from './fill-polygon.ts';
import { drawMask, frameOf } from './frame.ts';
import { filesBelow, pathParts, readAnnotations, withoutEnding } from './source-files.ts';

/**
 * YOLO segmentation: `data.yaml` with the names of the classes, pictures in a folder `images`, and beside it `labels` with a text file
 * for each: a line `CLASS x y x y …` for each object, from 0 to 1. Lines of four numbers are boxes, which have no outline.
 */
export const yolo: AnnotationFormat = {
  recognises: ({ path: file, names }) => /\.ya?ml$/i.test(file) || names.has('data.yaml') || names.has('labels'),
  open: openYolo,
};

/** Names of the splits in `data.yaml` and of folders, to ours. */
const SPLITS: Readonly<Record<string, SplitName>> = { train: 'train', val: 'test', valid: 'test', test: 'test' };

interface Description {
  readonly names: readonly string[];
  /** Folder that it describes. */
  readonly root: string;
  /** Folders or lists of images by split. */
  readonly places: readonly (readonly [SplitName, string])[];
}

async function openYolo(given: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const { names, root, places } = await readDescription(given);
  const images = new Map<string, SplitName | null>();
  for (const [split, place] of folder === undefined ? places : []) {
    for (const name of await imagesOf(root, place)) if (!images.has(name)) images.set(name, split);
  }
  if (images.size === 0) {
    const base = folder ?? root;
    for (const name of await filesBelow(base, isImageName)) {
      const split = pathParts(name)
        .map((part) => SPLITS[part])
        .find((part) => part !== undefined);
      images.set(path.join(base, name), split ?? null);
    }
  }
  if (images.size === 0)
    throw new UserError(`${given} leads to no image: give the folder that holds images and labels.`);
  const source = [...images].map(([file, split]) =>
    annotatedImage(file, path.relative(root, file), split, names, root),
  );
  return { path: given, images: source, labels: names.length > 0 ? names : null, remarks: [], unreadableImages: 0 };
}

async function readDescription(given: string): Promise<Description> {
  const file = (await isFolder(given)) ? path.join(given, 'data.yaml') : given;
  if (file !== given && !(await isFile(file))) return { names: [], root: given, places: [] };
  let content: unknown;
  try {
    content = parseYaml(await readAnnotations(file), { maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file} is not YAML (${(error as Error).message.split('\n')[0]}): correct it.`);
  }
  if (typeof content !== 'object' || content === null) throw new UserError(`${file} names no classes: add names.`);
  const { names, ...rest } = content as Record<string, unknown>;
  const list = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  const classes: string[] = [];
  for (const [key, name] of list) {
    const number = Number(key);
    if (!Number.isInteger(number) || number < 0 || number >= 10_000) continue;
    if (typeof name === 'object')
      throw new UserError(`${file}: the name of class ${number} is no text: correct names.`);
    classes[number] = String(name);
  }
  const places = Object.entries(SPLITS).flatMap(([key, split]) =>
    [rest[key]].flat().flatMap((place) => (typeof place === 'string' ? [[split, place] as const] : [])),
  );
  return { names: Array.from(classes, (name, i) => name ?? String(i)), root: path.dirname(file), places };
}

/** The images of a folder or a list below the root. Steps out of it are left out, which some exports write by mistake. */
async function imagesOf(root: string, place: string): Promise<string[]> {
  const within = path.join(root, ...pathParts(place).filter((part) => part !== '..'));
  if (await isFolder(within)) return (await filesBelow(within, isImageName)).map((name) => path.join(within, name));
  if (!/\.txt$/i.test(within) || !(await isFile(within))) return [];
  const lines = (await readAnnotations(within)).split(/\r?\n/).filter((line) => isImageName(line.trim()));
  return lines.map((line) => path.join(root, ...pathParts(line.trim()).filter((part) => part !== '..')));
}

function annotatedImage(
  file: string,
  name: string,
  split: SplitName | null,
  classes: readonly string[],
  root: string,
): AnnotatedImage {
  const parts = pathParts(withoutEnding(name));
  const at = parts.lastIndexOf('images');
  const swapped = at < 0 ? parts : [...parts.slice(0, at), 'labels', ...parts.slice(at + 1)];
  const labelFile = `${path.join(root, ...swapped)}.txt`;
  return {
    name: pathParts(name)
      .filter((part) => part !== '..')
      .join('/'),
    split,
    labels: null,
    locate: async () => {
      if (await isFile(file)) return file;
      throw new UserError(`There is no image ${file}: restore it, or correct the list that names it.`);
    },
    async objects(picture, header) {
      if (!(await isFile(labelFile))) return [];
      const frame = frameOf(labelFile, name, null, picture, header);
      const lines = (await readAnnotations(labelFile)).split(/\r?\n/);
      return lines.flatMap((line, i) => {
        const [label, ...numbers] = line.trim().split(/\s+/);
        if (!label || numbers.length === 4) return [];
        const draw = () =>
          drawMask(`${labelFile}: line ${i + 1}`, frame, (mask) =>
            fillPolygon(mask, frame.width, frame.height, outlineOf(numbers, frame)),
          );
        return [{ label: classes[Number(label)] ?? label, isCrowd: false, draw }];
      });
    },
  };
}

/** @throws RangeError if these are no shares of an outline */
function outlineOf(numbers: readonly string[], { width, height }: { width: number; height: number }): number[] {
  if (numbers.length < 6 || numbers.length % 2 !== 0)
    throw new RangeError('an outline has an x and a y for each of three points or more');
  return numbers.map((text, i) => {
    const value = Number(text);
    if (!(value >= -0.5 && value <= 1.5)) throw new RangeError(`${text} is no share of the image from 0 to 1`);
    return value * (i % 2 === 0 ? width : height);
  });
}
