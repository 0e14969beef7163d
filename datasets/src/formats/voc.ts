import path from 'node:path';
import { isFile, isFolder, UserError } from '@instagan/core/data';
import type { SplitName } from '../folder/dataset-folder.ts';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { frameOf } from './frame.ts';
import { type LabelImage, readLabelImage } from './label-image.ts';
import { objectOfValues } from './label-objects.ts';
import { filesBelow, locatePicture, readAnnotations, readSplits, withoutEnding } from './source-files.ts';

/**
 * PASCAL VOC: `JPEGImages/NAME.jpg`, `SegmentationClass/NAME.png` (what a pixel shows) and `SegmentationObject/NAME.png` (of which
 * object it is), indexed PNG files in which 255 is left open. Without the latter, all pixels of one class are one object.
 */
export const voc: AnnotationFormat = {
  recognises: ({ names }) => names.has('SegmentationClass'),
  open: openVoc,
};

const BACKGROUND = 0;
const OPEN = 255;
const CLASSES = [
  ...['background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'],
  ...['diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor'],
];

async function openVoc(root: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const classFolder = path.join(root, 'SegmentationClass');
  if (!(await isFolder(classFolder))) {
    throw new UserError(`${root} has no folder SegmentationClass: give the folder of a VOC dataset, such as VOC2012.`);
  }
  const names = (await filesBelow(classFolder, (name) => /\.png$/i.test(name))).map(withoutEnding);
  const classes = (await readClasses(root)) ?? CLASSES;
  const list = (name: string) => path.join(root, 'ImageSets', 'Segmentation', `${name}.txt`);
  const splits = await readSplits([
    [list('train'), 'train'],
    [list('val'), 'test'],
  ]);
  const folders = folder === undefined ? [path.join(root, 'JPEGImages')] : [folder];
  return {
    path: root,
    images: names.map((name) => annotatedImage(root, name, classes, splits.get(name) ?? null, folders)),
    labels: classes.slice(1),
    remarks: [],
    unreadableImages: 0,
  };
}

/** Names that labelme's export writes beside the images, background first; null without. */
async function readClasses(root: string): Promise<readonly string[] | null> {
  const file = path.join(root, 'class_names.txt');
  if (!(await isFile(file))) return null;
  const names = (await readAnnotations(file)).split(/\r?\n/).map((line) => line.trim());
  const classes = names.filter((name) => name !== '' && name !== '__ignore__');
  return classes.length > 1 ? classes : null;
}

function annotatedImage(
  root: string,
  name: string,
  classes: readonly string[],
  split: SplitName | null,
  folders: readonly string[],
): AnnotatedImage {
  return {
    name: `${name}.jpg`,
    split,
    labels: null,
    locate: () => locatePicture(root, `${name}.jpg`, folders),
    async objects(picture, header) {
      const classFile = path.join(root, 'SegmentationClass', `${name}.png`);
      const objectFile = path.join(root, 'SegmentationObject', `${name}.png`);
      const classImage = await readIndices(classFile);
      const objectImage = (await isFile(objectFile)) ? await readIndices(objectFile) : classImage;
      if (objectImage.width !== classImage.width || objectImage.height !== classImage.height) {
        throw new UserError(`${objectFile} has another size than ${classFile}: restore both from one dataset.`);
      }
      const frame = frameOf(classFile, name, classImage, picture, header);
      return [...classOfObjects(objectImage.values, classImage.values)].map(([object, label]) =>
        objectOfValues(classes[label] ?? String(label), objectImage.values, frame, (value) => value === object),
      );
    },
  };
}

/** The class that most pixels of each object have. */
function classOfObjects(objects: Uint32Array, classes: Uint32Array): Map<number, number> {
  const votes = new Map<number, Map<number, number>>();
  for (let i = 0; i < objects.length; i++) {
    const [object, label] = [objects[i] as number, classes[i] as number];
    if (object === BACKGROUND || object === OPEN || label === BACKGROUND || label === OPEN) continue;
    const own = votes.get(object) ?? new Map<number, number>();
    own.set(label, (own.get(label) ?? 0) + 1);
    votes.set(object, own);
  }
  const winner = (own: ReadonlyMap<number, number>) => [...own].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return new Map([...votes].sort(([a], [b]) => a - b).map(([object, own]) => [object, winner(own)]));
}

/** Indices of VOC's palette; files that some program turned into colours are read by them. */
async function readIndices(file: string): Promise<LabelImage> {
  const image = await readLabelImage(file);
  if (image.kind !== 'colour') return image;
  return { ...image, values: image.values.map(indexOfColour), kind: 'index' };
}

/** VOC spreads the bits of an index over red, green and blue, the lowest ones first and highest in each. */
function indexOfColour(colour: number): number {
  let index = 0;
  for (let bit = 0; bit < 8; bit++) {
    const channel = (colour >> (16 - 8 * (bit % 3))) & 0xff;
    index |= ((channel >> (7 - Math.floor(bit / 3))) & 1) << bit;
  }
  return index;
}
