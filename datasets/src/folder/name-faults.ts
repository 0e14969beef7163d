import { relative, sep } from 'node:path';
import { READ_FORMATS } from '../images/open-image.ts';
import type { DatasetFault, FaultCode } from './dataset-fault.ts';
import type { DomainFolder, ImageFile } from './dataset-folder.ts';

export interface NameFaultOptions {
  /** Whether the model trains on masks; without, only images are looked at. */
  readonly needMasks: boolean;
}

/** What the names alone show to be wrong: nothing is opened. */
export function nameFaults(root: string, folder: DomainFolder, { needMasks }: NameFaultOptions): DatasetFault[] {
  const faults: DatasetFault[] = [];
  const add = (severity: DatasetFault['severity'], code: FaultCode, file: string, message: string) =>
    faults.push({ severity, code, file, message });
  const { imageFolder, maskFolder, images } = folder;
  const isTrain = folder.split === 'train';
  const severity = isTrain ? 'error' : 'warning';

  if (!folder.imageFolderExists) {
    add(
      severity,
      'missing-folder',
      imageFolder,
      `There is no folder ${imageFolder}: put the images of this domain there.`,
    );
  } else if (images.length === 0) {
    const text = `${imageFolder} holds no image: put ${READ_FORMATS} files there.`;
    add(severity, 'no-images', imageFolder, text);
  }
  for (const [first, second] of pairsOfOneName(images)) {
    const other = fileFromRoot(root, first.file);
    const file = fileFromRoot(root, second.file);
    add('error', 'duplicate-name', file, `${file} has the same name as ${other}: rename or remove one of them.`);
  }
  for (const path of folder.others) {
    const file = fileFromRoot(root, path);
    if (!needMasks && file.startsWith(`${maskFolder}/`)) continue;
    add('warning', 'other-file', file, `${file} is no ${READ_FORMATS} file and is left out: convert it or remove it.`);
  }
  if (!needMasks) return faults;

  if (!folder.maskFolderExists) {
    if (images.length > 0) {
      const text = `There is no folder ${maskFolder}: put the masks NAME_0.png, NAME_1.png, … of ${imageFolder}/NAME there.`;
      add(severity, 'missing-folder', maskFolder, text);
    }
    return faults;
  }
  if (images.length > 0 && images.every(({ masks }) => masks.length === 0)) {
    const text = `No image of ${imageFolder} has a mask in ${maskFolder}: name them after the images, NAME_0.png, NAME_1.png, …`;
    add(severity, 'no-masks', maskFolder, text);
  }
  for (const path of folder.misnamed) {
    const file = fileFromRoot(root, path);
    add('warning', 'mask-name', file, `${file} is left out: a mask is named after its image and numbered, NAME_0.png.`);
  }
  for (const path of folder.orphans) {
    const file = fileFromRoot(root, path);
    const text = `${file} belongs to no image of ${imageFolder} and is left out: rename it or remove it.`;
    add('warning', 'mask-without-image', file, text);
  }
  for (const image of images) addNumberFaults(root, folder, image, add);
  return faults;
}

type Add = (severity: DatasetFault['severity'], code: FaultCode, file: string, message: string) => void;

function addNumberFaults(root: string, folder: DomainFolder, image: ImageFile, add: Add): void {
  const { name, masks } = image;
  const file = fileFromRoot(root, image.file);
  if (masks.length === 0) {
    const text = `${file} has no mask and is left out of training: add ${folder.maskFolder}/${name}_0.png.`;
    add('warning', 'image-without-mask', file, text);
    return;
  }
  for (const [i, mask] of masks.entries()) {
    const before = masks[i - 1];
    if (before?.number !== mask.number) continue;
    const [one, other] = [fileFromRoot(root, before.file), fileFromRoot(root, mask.file)];
    add('error', 'duplicate-mask', other, `${other} has the same number as ${one}: renumber or remove one of them.`);
  }
  const numbers = new Set(masks.map((mask) => mask.number));
  const missing = Array.from({ length: numbers.size }, (_, i) => i).filter((i) => !numbers.has(i));
  if (missing.length === 0) return;
  const text = `The masks of ${file} are numbered ${[...numbers].join(', ')}, without ${missing.join(', ')}: number from 0 without gaps, or restore what is lost.`;
  add('warning', 'mask-numbering', file, text);
}

function* pairsOfOneName(images: readonly ImageFile[]): Iterable<[ImageFile, ImageFile]> {
  const first = new Map<string, ImageFile>();
  for (const image of images) {
    const same = first.get(image.name);
    if (same === undefined) first.set(image.name, image);
    else yield [same, image];
  }
}

/** Path relative to the dataset's folder, with forward slashes on every system. */
export function fileFromRoot(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
