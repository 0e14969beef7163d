import path from 'node:path';
import { isFolder, UserError } from '@instagan/core/data';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { frameOf } from './frame.ts';
import { objectOfValues } from './label-objects.ts';
import { type MatNumbers, type MatValue, readMatFile } from './mat-file.ts';
import { filesBelow, locatePicture, withoutEnding } from './source-files.ts';

/**
 * Clothing Co-Parsing: `photos/0001.jpg`, `annotations/pixel-level/0001.mat` (a label for each pixel) and `label_list.mat`. All
 * pixels of one label are one object, as in the authors' script. Files of `image-level` have no masks and are passed over.
 */
export const ccp: AnnotationFormat = {
  recognises: ({ names }) => names.has('label_list.mat') || names.has('pixel-level'),
  open: openCcp,
};

async function openCcp(root: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const levels = ['annotations/pixel-level', 'pixel-level'].map((name) => path.join(root, name));
  const found = await Promise.all(levels.map(isFolder));
  const level = levels[found.indexOf(true)];
  if (level === undefined) {
    throw new UserError(`${root} has no folder annotations/pixel-level: give the folder of Clothing Co-Parsing.`);
  }
  const labels = await readLabels(path.join(root, 'label_list.mat'));
  const folders = folder === undefined ? [path.join(root, 'photos'), root] : [folder];
  const files = await filesBelow(level, (name) => /\.mat$/i.test(name));
  return {
    path: root,
    images: files.map((file) => annotatedImage(path.join(level, file), withoutEnding(file), labels, folders)),
    labels,
    remarks: [],
    unreadableImages: 0,
  };
}

function annotatedImage(
  file: string,
  name: string,
  labels: readonly string[],
  folders: readonly string[],
): AnnotatedImage {
  return {
    name: `${name}.jpg`,
    split: null,
    labels: null,
    locate: () => locatePicture(file, `${name}.jpg`, folders),
    async objects(picture, header) {
      const { values, width, height } = await readGroundTruth(file);
      const frame = frameOf(file, name, { width, height }, picture, header);
      const present = [...new Set(values)].filter((value) => value !== 0);
      return present.map((label) =>
        objectOfValues(labels[label] ?? String(label), values, frame, (value) => value === label),
      );
    },
  };
}

/** The labels of the pixels, row by row. */
async function readGroundTruth(file: string): Promise<{ values: Uint16Array; width: number; height: number }> {
  const truth = (await readMatFile(file)).get('groundtruth');
  if (truth?.kind !== 'numbers' || truth.dimensions.length !== 2) {
    throw new UserError(`${file} has no matrix groundtruth: give a file of pixel-level annotations.`);
  }
  const [height = 0, width = 0] = truth.dimensions;
  const values = new Uint16Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) values[y * width + x] = (truth as MatNumbers).values[x * height + y] as number;
  }
  return { values, width, height };
}

async function readLabels(file: string): Promise<string[]> {
  const list = (await readMatFile(file)).get('label_list');
  if (list?.kind !== 'cells') throw new UserError(`${file} has no label_list: restore it from the dataset.`);
  return list.cells.map((cell: MatValue, i) => (cell.kind === 'text' && cell.text !== '' ? cell.text : String(i)));
}
