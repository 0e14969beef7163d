import { stat } from 'node:fs/promises';
import {
  type MaskedImage,
  maskFromBytes,
  type Sample,
  type SizePx,
  UserError,
  valuesFromBytes,
} from '@instagan/core/data';
import { hasSameAspect, isImageName, readHeader } from '../images/image-file.ts';
import { readImage } from '../images/read-image.ts';
import { decodeMask, resizeMask } from '../images/read-mask.ts';
import { type ImageFile, indexMasks, listImages, nameOf } from './dataset-folder.ts';

/**
 * The images at a path, a file or a folder, with the masks that a folder has for each (`NAME_0.png`, …; maybe none).
 *
 * @param masksFolder without it, every image comes without masks
 * @returns in natural order of their names, which are unique
 * @throws UserError if the path or the mask folder does not exist, holds no image, two images share one name (their
 *   outputs would overwrite each other), or two masks of an image share one number
 */
export async function listInputs(path: string, masksFolder?: string): Promise<readonly ImageFile[]> {
  const files = await imagesAt(path);
  const index = masksFolder === undefined ? null : await indexMasks(masksFolder);
  if (masksFolder !== undefined && index === null) {
    throw new UserError(
      `There is no folder of masks ${masksFolder}: give the folder that holds NAME_0.png, NAME_1.png, …`,
    );
  }
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

async function imagesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UserError(`There is no file or folder ${path}: give an image or a folder of images.`);
  if (!found.isDirectory()) {
    if (isImageName(path)) return [path];
    throw new UserError(`${path} is no image that can be read: give a PNG, JPEG or WebP file, or a folder of them.`);
  }
  const files = (await listImages(path)) ?? [];
  if (files.length === 0) throw new UserError(`${path} holds no image: put PNG, JPEG or WebP files there.`);
  return files;
}

export interface LoadSampleOptions {
  /** Stretch to this size. Without it the image keeps its own. */
  readonly size?: SizePx;
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
export async function loadInput(input: ImageFile, { size }: LoadSampleOptions = {}): Promise<InputImage> {
  const own = await readHeader(input.file);
  const image = await readImage(input.file, size === undefined ? {} : { size });
  const { width, height } = image;
  const masks: Uint8Array[] = [];
  for (const { file } of input.masks) {
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
