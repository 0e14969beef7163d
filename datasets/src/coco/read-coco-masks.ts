import { readFile } from 'node:fs/promises';
import { UserError } from '@instagan/core/data';
import { nameOf } from '../folder/dataset-folder.ts';
import type { MaskImage } from '../images/image-file.ts';
import { decodeRunString, fillRuns } from './coco-rle.ts';
import { fillPolygon } from './fill-polygon.ts';

/** The instance masks of a COCO annotation file. */
export interface CocoMasks {
  /**
   * The masks of one image, at the size that the file says the image has; none if the file does not know it.
   *
   * @param name file name of the image without its ending
   * @throws UserError if a segmentation cannot be read
   */
  masksOf(name: string): readonly MaskImage[];
}

type Segmentation = readonly (readonly number[])[] | { readonly size: readonly number[]; readonly counts: unknown };

interface CocoFile {
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly iscrowd?: number;
    readonly segmentation?: Segmentation;
  }[];
}

/**
 * Reads a COCO "instances" file: polygons, and run lengths in both their forms. Annotations of crowds are left out: they
 * outline many objects at once. Images go by their file name, without its folder and ending.
 *
 * @throws UserError if the file cannot be read or is no such file
 */
export async function readCocoMasks(file: string): Promise<CocoMasks> {
  const { images, annotations } = await parse(file);
  const byName = new Map(images.map((image) => [nameOf(image.file_name), image]));
  const byImage = new Map<number, CocoFile['annotations'][number][]>();
  for (const annotation of annotations) {
    if (annotation.iscrowd === 1 || annotation.segmentation === undefined) continue;
    byImage.set(annotation.image_id, [...(byImage.get(annotation.image_id) ?? []), annotation]);
  }
  return {
    masksOf: (name) => {
      const image = byName.get(name);
      if (image === undefined) return [];
      return (byImage.get(image.id) ?? []).map(({ id, segmentation }) => {
        const { width, height } = image;
        const data = new Uint8Array(width * height);
        try {
          draw(data, width, height, segmentation as Segmentation);
        } catch (error) {
          throw new UserError(
            `${file}: annotation ${id} of ${image.file_name} cannot be read (${(error as Error).message}): correct or remove it.`,
          );
        }
        return { width, height, data };
      });
    },
  };
}

function draw(mask: Uint8Array, width: number, height: number, segmentation: Segmentation): void {
  if (Array.isArray(segmentation)) {
    for (const polygon of segmentation as readonly (readonly number[])[]) fillPolygon(mask, width, height, polygon);
    return;
  }
  const { size, counts } = segmentation as { size: readonly number[]; counts: unknown };
  if (size[0] !== height || size[1] !== width) throw new RangeError(`it is of an image of ${size[0]}x${size[1]}`);
  fillRuns(mask, width, height, typeof counts === 'string' ? decodeRunString(counts) : (counts as readonly number[]));
}

async function parse(file: string): Promise<CocoFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path.`);
  }
  let content: Partial<CocoFile> | null;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`${file} is not JSON: give a COCO instances file.`);
  }
  if (!Array.isArray(content?.images) || !Array.isArray(content?.annotations)) {
    throw new UserError(`${file} has no lists "images" and "annotations": give a COCO instances file.`);
  }
  return content as CocoFile;
}
