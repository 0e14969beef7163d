import path from 'node:path';
import { isFolder, UserError } from '@instagan/core/data';
import type { SplitName } from '../folder/dataset-folder.ts';
import type {
  AnnotatedImage,
  AnnotatedObject,
  AnnotationFormat,
  AnnotationSource,
  OpenOptions,
} from './annotation-source.ts';
import { frameOf } from './frame.ts';
import { countValues, readLabelImage } from './label-image.ts';
import { objectOfValues } from './label-objects.ts';
import { filesBelow, locatePicture, readSplits, withoutEnding } from './source-files.ts';

/**
 * Multi-Human Parsing: a picture, `images/0001.jpg`, and a PNG image of part labels for each person, `annotations/0001_02_01.png` (the
 * first of two). Version 2 has them twice, in the folders `train` and `val`, and calls the latter `parsing_annos`. A part of a person is
 * an object, and so is the whole `person`.
 */
export const mhp: AnnotationFormat = {
  recognises: ({ names }) =>
    (names.has('annotations') && (names.has('train_list.txt') || names.has('data_list'))) ||
    (names.has('list') && names.has('train')) ||
    names.has('parsing_annos'),
  open: openMhp,
};

/** Label of all parts of a person together. */
const PERSON = 'person';
/** Parts by their values, as the authors' script names those of version 1, and the dataset those of version 2. */
const PARTS = {
  1: [
    ...['background', 'hat', 'hair', 'sunglass', 'upper-clothes', 'skirt', 'pants', 'dress', 'belt', 'left-shoe'],
    ...['right-shoe', 'face', 'left-leg', 'right-leg', 'left-arm', 'right-arm', 'bag', 'scarf', 'torso-skin'],
  ],
  2: [
    ...['background', 'cap/hat', 'helmet', 'face', 'hair', 'left-arm', 'right-arm', 'left-hand', 'right-hand'],
    ...['protector', 'bikini/bra', 'jacket/windbreaker/hoodie', 't-shirt', 'polo-shirt', 'sweater', 'singlet'],
    ...['torso-skin', 'pants', 'shorts/swim-shorts', 'skirt', 'stockings', 'socks', 'left-boot', 'right-boot'],
    ...['left-shoe', 'right-shoe', 'left-highheel', 'right-highheel', 'left-sandal', 'right-sandal', 'left-leg'],
    ...['right-leg', 'left-foot', 'right-foot', 'coat', 'dress', 'robe', 'jumpsuit', 'other-full-body-clothes'],
    ...['headwear', 'backpack', 'ball', 'bats', 'belt', 'bottle', 'carrybag', 'cases', 'sunglasses', 'eyewear'],
    ...['gloves', 'scarf', 'umbrella', 'wallet/purse', 'watch', 'wristband', 'tie', 'other-accessory'],
    ...['other-upper-body-clothes', 'other-lower-body-clothes'],
  ],
};

/** A folder of label images and that of their pictures. */
interface Part {
  readonly annotations: string;
  readonly pictures: string;
  /** That of all images in it; null if lists state it, or nothing does. */
  readonly split: SplitName | null;
}

async function openMhp(root: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const { version, parts } = await partsOf(root);
  const lists = (['train', 'test'] as const).flatMap((split) =>
    [root, path.join(root, 'data_list')].map((place) => [path.join(place, `${split}_list.txt`), split] as const),
  );
  const splits = await readSplits(lists, withoutEnding);
  const images: AnnotatedImage[] = [];
  for (const { annotations, pictures, split } of parts) {
    const persons = new Map<string, string[]>();
    for (const file of await filesBelow(annotations, (name) => /\.png$/i.test(name))) {
      const [, name] = /^(.+)_\d+_\d+\.png$/i.exec(file) ?? [];
      if (name !== undefined) persons.set(name, [...(persons.get(name) ?? []), path.join(annotations, file)]);
    }
    for (const [name, files] of persons) {
      const place = { annotations, folders: [folder ?? pictures], labels: PARTS[version] };
      images.push(annotatedImage(place, name, files, split ?? splits.get(name) ?? null));
    }
  }
  return { path: root, images, labels: [PERSON, ...PARTS[version].slice(1)], remarks: [], unreadableImages: 0 };
}

/** @throws UserError if the folder is that of neither version */
async function partsOf(root: string): Promise<{ version: 1 | 2; parts: readonly Part[] }> {
  const partIn = async (folder: string, name: string, split: SplitName | null): Promise<Part[]> => {
    const annotations = path.join(folder, name);
    return (await isFolder(annotations)) ? [{ annotations, pictures: path.join(folder, 'images'), split }] : [];
  };
  const second = [
    ...(await partIn(path.join(root, 'train'), 'parsing_annos', 'train')),
    ...(await partIn(path.join(root, 'val'), 'parsing_annos', 'test')),
    ...(await partIn(root, 'parsing_annos', null)),
  ];
  if (second.length > 0) return { version: 2, parts: second };
  const first = await partIn(root, 'annotations', null);
  if (first.length > 0) return { version: 1, parts: first };
  throw new UserError(
    `${root} has no folder annotations, nor train/parsing_annos: give the folder of LV-MHP-v1 or LV-MHP-v2.`,
  );
}

function annotatedImage(
  place: { readonly annotations: string; readonly folders: readonly string[]; readonly labels: readonly string[] },
  name: string,
  files: readonly string[],
  split: SplitName | null,
): AnnotatedImage {
  return {
    name: `${name}.jpg`,
    split,
    labels: null,
    locate: () => locatePicture(place.annotations, `${name}.jpg`, place.folders),
    async objects(picture, header) {
      const objects: AnnotatedObject[] = [];
      for (const file of files) {
        const image = await readLabelImage(file);
        const frame = frameOf(file, name, image, picture, header);
        // Files of three channels hold the label in the first, whatever the others hold.
        const partOf = (value: number) => (image.kind === 'colour' ? value >> 16 : value);
        objects.push(objectOfValues(PERSON, image.values, frame, (value) => partOf(value) !== 0));
        for (const part of new Set([...countValues(image).keys()].map(partOf))) {
          if (part === 0) continue;
          objects.push(
            objectOfValues(place.labels[part] ?? String(part), image.values, frame, (value) => partOf(value) === part),
          );
        }
      }
      return objects;
    },
  };
}
