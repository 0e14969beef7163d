import type { DomainName, SizePx } from '@instagan/core/data';
import { UserError } from '@instagan/core/data';
import { readHeader } from '../images/image-file.ts';
import { decodeMask } from '../images/read-mask.ts';
import { type ImageFile, readDomainFolder, type SplitName } from './dataset-folder.ts';
import { mapBounded } from './map-bounded.ts';

/** Figures of one folder, such as `trainA`, for people who choose sizes and limits by them. */
export interface DomainMeasures {
  readonly split: SplitName;
  readonly domain: DomainName;
  readonly folder: string;
  /** Of each image that can be read, after EXIF orientation. */
  readonly sizes: readonly SizePx[];
  /** Objects of each image, in the order of `sizes`. */
  readonly instances: readonly number[];
  /** Share of its image that each object covers, above 0 … 1. */
  readonly areas: readonly number[];
  /** Images that cannot be read, or one of whose masks cannot. */
  readonly unreadable: number;
}

/** Images looked at together. */
const AT_ONCE = 4;

/**
 * Measures the folders of a dataset that exist: sizes of images, numbers of objects, and what they cover.
 *
 * @throws UserError if `root` is no folder
 */
export async function measureDataset(root: string): Promise<readonly DomainMeasures[]> {
  const measures: DomainMeasures[] = [];
  for (const split of ['train', 'test'] as const) {
    for (const domain of ['A', 'B'] as const) {
      const { imageFolder, imageFolderExists, images } = await readDomainFolder(root, split, domain);
      if (!imageFolderExists) continue;
      const measured = await mapBounded(images, AT_ONCE, measureImage);
      const read = measured.filter((each) => each !== null);
      measures.push({
        split,
        domain,
        folder: imageFolder,
        sizes: read.map(({ size }) => size),
        instances: read.map(({ areas }) => areas.length),
        areas: read.flatMap(({ areas }) => areas),
        unreadable: measured.length - read.length,
      });
    }
  }
  return measures;
}

/** @returns null if a file cannot be read */
async function measureImage({ file, masks }: ImageFile): Promise<{ size: SizePx; areas: number[] } | null> {
  try {
    const { width, height } = await readHeader(file);
    const areas: number[] = [];
    for (const mask of masks) {
      const { objectPx, data } = await decodeMask(mask.file);
      if (objectPx > 0) areas.push(objectPx / data.length);
    }
    return { size: { width, height }, areas };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
