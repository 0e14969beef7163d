import path from 'node:path';
import { UserError } from '@instagan/core/data';
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
import { filesBelow, isFile, isFolder, locatePicture, readAnnotations, withoutEnding } from './source-files.ts';

/**
 * Multi-Human Parsing, version 1: `images/0001.jpg`, and a PNG image of part labels for each person, `annotations/0001_02_01.png`
 * (the first of two). A part of a person is an object, and so is the whole `person`.
 */
export const mhp: AnnotationFormat = {
  recognises: ({ names }) => names.has('annotations') && (names.has('train_list.txt') || names.has('data_list')),
  open: openMhp,
};

/** Label of all parts of a person together. */
const PERSON = 'person';
/** By their values, as the authors' script names them. */
const PARTS = [
  ...['background', 'hat', 'hair', 'sunglass', 'upper-clothes', 'skirt', 'pants', 'dress', 'belt', 'left-shoe'],
  ...['right-shoe', 'face', 'left-leg', 'right-leg', 'left-arm', 'right-arm', 'bag', 'scarf', 'torso-skin'],
];

async function openMhp(root: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const annotations = path.join(root, 'annotations');
  if (!(await isFolder(annotations))) {
    throw new UserError(`${root} has no folder annotations: give the folder of LV-MHP-v1.`);
  }
  const persons = new Map<string, string[]>();
  for (const file of await filesBelow(annotations, (name) => /\.png$/i.test(name))) {
    const [, name] = /^(.+)_\d+_\d+\.png$/i.exec(file) ?? [];
    if (name !== undefined) persons.set(name, [...(persons.get(name) ?? []), path.join(annotations, file)]);
  }
  const splits = await readSplits(root);
  const folders = folder === undefined ? [path.join(root, 'images')] : [folder];
  return {
    path: root,
    images: [...persons].map(([name, files]) =>
      annotatedImage(annotations, name, files, splits.get(name) ?? null, folders),
    ),
    labels: [PERSON, ...PARTS.slice(1)],
    remarks: [],
    unreadableImages: 0,
  };
}

/** The splits that `train_list.txt` and `test_list.txt` state, by the names of the images. */
async function readSplits(root: string): Promise<ReadonlyMap<string, SplitName>> {
  const splits = new Map<string, SplitName>();
  for (const split of ['train', 'test'] as const) {
    for (const folder of [root, path.join(root, 'data_list')]) {
      const list = path.join(folder, `${split}_list.txt`);
      if (!(await isFile(list))) continue;
      const names = (await readAnnotations(list)).split(/\r?\n/).filter((line) => line.trim() !== '');
      for (const name of names) splits.set(withoutEnding(name.trim()), split);
    }
  }
  return splits;
}

function annotatedImage(
  annotations: string,
  name: string,
  files: readonly string[],
  split: SplitName | null,
  folders: readonly string[],
): AnnotatedImage {
  return {
    name: `${name}.jpg`,
    split,
    labels: null,
    locate: () => locatePicture(annotations, `${name}.jpg`, folders),
    async objects(picture, header) {
      const objects: AnnotatedObject[] = [];
      for (const file of files) {
        const image = await readLabelImage(file);
        const frame = frameOf(file, name, image, picture, header);
        // Files of three channels hold the label in each.
        const partOf = (value: number) => value & 0xff;
        objects.push(objectOfValues(PERSON, image.values, frame, (value) => partOf(value) !== 0));
        for (const part of new Set([...countValues(image).keys()].map(partOf))) {
          if (part === 0) continue;
          objects.push(
            objectOfValues(PARTS[part] ?? String(part), image.values, frame, (value) => partOf(value) === part),
          );
        }
      }
      return objects;
    },
  };
}
