import { lstat, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  type MaskedImage,
  maskFromBytes,
  type Sample,
  type SizePx,
  UserError,
  valuesFromBytes,
} from '@instagan/core/data';
import { hasSameAspect, isImageName, readHeader, requirePixels } from '../images/image-file.ts';
import { READ_FORMATS } from '../images/open-image.ts';
import { readImage } from '../images/read-image.ts';
import { decodeMask, resizeMask } from '../images/read-mask.ts';
import {
  type FolderContent,
  type ImageFile,
  indexMasks,
  listImages,
  type MaskIndex,
  nameOf,
} from './dataset-folder.ts';
import { naturalOrder } from './natural-order.ts';

/** What lies among the inputs and is not used, by its path in its folder. */
export interface LeftOut {
  /** Folders, and files that are not read as images. */
  readonly others: readonly string[];
  /** Files of the mask folder that belong to no image. */
  readonly masks: readonly string[];
}

export interface ListInputsOptions {
  /** Also the images of folders below, whose masks lie in folders of the same names; `NAME` is then such as `sub/one`. @default false */
  readonly recursive?: boolean;
  /** Told what is left out of folders, if anything is. */
  readonly onLeftOut?: (leftOut: LeftOut) => void;
}

/**
 * The images at a path, a file or a folder, with the masks that a folder has for each (`NAME_0.png`, …; maybe none).
 *
 * @param masksFolder without it, every image comes without masks
 * @returns in natural order of their names, which are unique
 * @throws UserError if the path or the mask folder does not exist, holds no image or no mask of any of them, two images share one name (their
 *   outputs would overwrite each other), or two masks of an image share one number
 */
export async function listInputs(
  path: string,
  masksFolder?: string,
  { onLeftOut, recursive = false }: ListInputsOptions = {},
): Promise<readonly ImageFile[]> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) throw new UserError(`There is no file or folder ${path}: give an image or a folder of images.`);
  const isFolder = entry.isDirectory();
  if (!isFolder && !isImageName(path)) {
    throw new UserError(`${path} is no image that can be read: give a ${READ_FORMATS} file, or a folder of them.`);
  }
  const inputs: ImageFile[] = [];
  const leftOut = { others: [] as string[], masks: [] as string[] };
  for (const below of isFolder && recursive ? await foldersBelow(path) : ['']) {
    const index = masksFolder === undefined ? null : await indexMasks(join(masksFolder, below));
    if (below === '' && masksFolder !== undefined && index === null) {
      throw new UserError(
        `There is no folder of masks ${masksFolder}: give the folder that holds NAME_0.png, NAME_1.png, …`,
      );
    }
    const { files, others } = isFolder ? await imagesIn(join(path, below)) : { files: [path], others: [] };
    const own = withMasks(files, index);
    for (const input of own) inputs.push({ ...input, name: join(below, input.name).split(sep).join('/') });
    for (const other of others) {
      if (!recursive || !(await isFolderAt(other))) leftOut.others.push(relative(path, other));
    }
    // Masks of other images are usual beside a single one.
    if (isFolder && index !== null && masksFolder !== undefined) {
      const unused = unusedMasks(index, new Set(own.map(({ name }) => name)));
      for (const file of unused) {
        if (!recursive || !(await isFolderAt(file))) leftOut.masks.push(relative(masksFolder, file));
      }
    }
  }
  if (inputs.length === 0) throw await noImage(path);
  if (masksFolder !== undefined && inputs.every(({ masks }) => masks.length === 0)) {
    throw new UserError(
      `No mask in ${masksFolder} belongs to ${inputs.length === 1 ? inputs[0]?.file : `any image of ${path}`}: name masks after their images, NAME_0.png, NAME_1.png, … for NAME.jpg.`,
    );
  }
  if (leftOut.others.length + leftOut.masks.length > 0) onLeftOut?.(leftOut);
  return inputs;
}

/** Whoever names a dataset means the images in it. */
async function noImage(path: string): Promise<UserError> {
  for (const folder of ['testA', 'trainA', 'testB', 'trainB']) {
    const images = join(path, folder);
    if (await isFolderAt(images))
      return new UserError(`${path} holds no image itself: give a folder in it, such as ${images}.`);
  }
  return new UserError(`${path} holds no image: put ${READ_FORMATS} files there.`);
}

/** Images of one folder with their masks. @throws UserError if two have one name, or two masks of an image one number */
function withMasks(files: readonly string[], index: MaskIndex | null): ImageFile[] {
  const byName = new Map<string, string>();
  return files.map((file) => {
    const name = nameOf(file);
    const same = byName.get(name);
    if (same !== undefined) throw new UserError(`${file} has the same name as ${same}: rename or remove one of them.`);
    byName.set(name, file);
    const masks = index?.byName.get(name) ?? [];
    for (const [i, mask] of masks.entries()) {
      if (masks[i - 1]?.number !== mask.number) continue;
      throw new UserError(`${mask.file} has the same number as ${masks[i - 1]?.file}: renumber or remove one of them.`);
    }
    return { name, file, masks };
  });
}

function unusedMasks({ byName, misnamed, others }: MaskIndex, names: ReadonlySet<string>): string[] {
  const orphans = [...byName].flatMap(([name, masks]) => (names.has(name) ? [] : masks.map(({ file }) => file)));
  return [...orphans, ...misnamed, ...others];
}

async function imagesIn(folder: string): Promise<FolderContent> {
  return (await listImages(folder)) ?? { files: [], others: [] };
}

/** The folder itself, as `''`, and those below, in natural order; hidden ones, links, and folders of masks (`A_seg` beside `A`) are not. */
async function foldersBelow(root: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const deeper: string[] = [];
  const isOfMasks = (name: string) => name.endsWith('_seg') && names.includes(name.slice(0, -'_seg'.length));
  for (const name of names.sort(naturalOrder).filter((each) => !isOfMasks(each)))
    deeper.push(...(await foldersBelow(root, join(below, name))));
  return [below, ...deeper];
}

async function isFolderAt(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() ?? false;
}

export interface LoadSampleOptions {
  /** Stretch to this size. Without it the image keeps its own. */
  readonly size?: SizePx;
  /** Larger images are refused before they are decoded. @default 100 million */
  readonly maxPixels?: number;
}

/** An image whose masks say which files they come from. */
export interface InputImage extends MaskedImage {
  /** Number in the file name of each mask, in the order of `masks`. */
  readonly maskNumbers: readonly number[];
}

/** As a {@link InputImage}, in values. */
export interface LoadedSample extends Sample {
  readonly maskNumbers: readonly number[];
}

/**
 * Decodes one image and all its masks, in the order of their numbers, nothing cropped or dropped.
 *
 * Masks of another size than the image are scaled to it if they have its shape.
 *
 * @throws UserError naming the file that cannot be read, or the mask that has another shape than the image
 */
export async function loadInput(input: ImageFile, { size, maxPixels }: LoadSampleOptions = {}): Promise<InputImage> {
  const own = await readHeader(input.file);
  requirePixels(input.file, own, maxPixels);
  const image = await readImage(input.file, size === undefined ? {} : { size });
  const { width, height } = image;
  const masks: Uint8Array[] = [];
  for (const { file } of input.masks) {
    requirePixels(file, await readHeader(file), maxPixels);
    const mask = await decodeMask(file);
    if (!hasSameAspect(mask, own)) {
      throw new UserError(
        `${file} is ${mask.width}x${mask.height}, its image ${input.file} is ${own.width}x${own.height} (width x height): ` +
          'draw the mask on this very image.',
      );
    }
    masks.push((await resizeMask(mask, { height, width })).data);
  }
  const maskNumbers = input.masks.map(({ number }) => number);
  return { name: input.name, width, height, image: image.data, masks, maskNumbers };
}

/** As {@link loadInput}, in values as networks take them. */
export async function loadSample(input: ImageFile, options: LoadSampleOptions = {}): Promise<LoadedSample> {
  const { image, masks, ...rest } = await loadInput(input, options);
  return { ...rest, image: valuesFromBytes(image), masks: masks.map(maskFromBytes) };
}
