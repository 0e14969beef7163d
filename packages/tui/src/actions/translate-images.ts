import path from 'node:path';
import { contactSheetTiles, type Picture, SHEET_GAP_PX, UserError } from '@instagan/core';
import type { ImageFile } from '@instagan/datasets';
import { counted, formatSeconds } from '../output/format.ts';
import type { ImageShard } from './image-shard.ts';
import type { RunningJob } from './run-job.ts';
import { type ImageJob, type TranslatedImage, translateImage } from './translate-image.ts';

export type { TranslatedImage } from './translate-image.ts';

export interface FailedImage {
  readonly name: string;
  readonly input: string;
  readonly error: string;
}

/** What became of many images. */
export interface TranslatedImages {
  readonly images: readonly TranslatedImage[];
  readonly failed: readonly FailedImage[];
  /** The pictures of each row of the contact sheet; none without one. */
  readonly rows: readonly (readonly Picture[])[];
}

/** A contact sheet ends before it is larger than this. */
const MAX_SHEET_PX = 40e6;
/** The longest side that a format holds, by the ending of the file. */
const MAX_SIDE_PX: Readonly<Record<string, number>> = { '.webp': 16_383, '.jpg': 65_535, '.jpeg': 65_535 };

/** @returns a function that tells whether one more row finds room on the sheet, in its format */
export function sheetLimit(sheet: string): (row: readonly Picture[]) => boolean {
  const maxSide = MAX_SIDE_PX[path.extname(sheet).toLowerCase()] ?? Number.POSITIVE_INFINITY;
  let sumPx = 0;
  let heights = 0;
  return (row) => {
    const isFirst = sumPx === 0;
    sumPx += row.reduce((sum, { width, height }) => sum + width * height, 0);
    heights += SHEET_GAP_PX + Math.max(...row.map(({ height }) => height));
    const width = row.reduce((sum, picture) => sum + picture.width + SHEET_GAP_PX, SHEET_GAP_PX);
    return (isFirst || sumPx <= MAX_SHEET_PX) && heights + SHEET_GAP_PX <= maxSide && width <= maxSide;
  };
}

/** Whether no other image could be written either. */
function leavesNoRoom({ cause }: UserError): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/**
 * Translates images one after the other until all are done, a signal comes, or the disk is full. Another image that cannot be read
 * or written does not stop the rest.
 *
 * @param shard keeps what is done; null if all images are translated here
 */
export async function translateImages(
  job: ImageJob,
  inputs: readonly ImageFile[],
  shard: ImageShard | null,
  running: RunningJob,
): Promise<TranslatedImages> {
  const images: TranslatedImage[] = [];
  const failed: FailedImage[] = [];
  const rows: (readonly Picture[])[] = [];
  const takesRow = sheetLimit(job.sheet ?? '');
  for (const [index, input] of inputs.entries()) {
    // Computation is synchronous on some backends: signals are heard between two images.
    await new Promise((resume) => setImmediate(resume));
    if (running.signal.aborted) return { images, failed, rows };
    const place = `[${index + 1}/${inputs.length}]`;
    try {
      const { image, row } = await translateImage(job, input);
      const tiles = row && contactSheetTiles(row);
      await shard?.add(image, tiles);
      images.push(image);
      running.advance(image.translated?.length ?? 0, image.output);
      if (image.warning !== undefined) running.remark(`instagan: ${image.warning}`);
      const instances = image.translated === null ? '' : `  ${counted(image.translated.length, 'instance')}`;
      running.say(`${place} ${image.output}${instances}  ${formatSeconds(image.seconds)}`);
      if (tiles !== null && takesRow(tiles)) rows.push(tiles);
    } catch (error) {
      if (!(error instanceof UserError) || leavesNoRoom(error)) throw error;
      failed.push({ name: input.name, input: input.file, error: error.message });
      running.fail(error.message, input.file);
    }
  }
  await shard?.complete(failed);
  return { images, failed, rows };
}
