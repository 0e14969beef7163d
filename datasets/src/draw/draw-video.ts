import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type DomainName, makeFolder, UsageError } from '@instagan/core/data';
import { mapBounded } from '../folder/map-bounded.ts';
import { writeImage, writeMask } from '../images/write-image.ts';
import { drawPicture, drawScene } from './render-scene.ts';
import { walkedScene } from './walk.ts';

export interface DrawVideoOptions {
  /** Folder of the frames; the masks go beside it, with `_seg` added. Missing, empty, or an earlier drawn video. */
  readonly output: string;
  /** 1 … 99999. */
  readonly frames: number;
  /** The same seed draws the same files. */
  readonly seed: number;
  /** A shows sheep, B giraffes. @default 'A' */
  readonly domain?: DomainName;
  /** In pixels, 32 … 1024. @default 128 */
  readonly height?: number;
  readonly width?: number;
  /** Called after each frame with the number of those done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was written. */
export interface DrawnVideo {
  readonly frames: number;
  readonly masks: number;
}

/** Frames a second for which the animals' pace is right. */
export const DRAWN_VIDEO_FPS = 12;

const FRAME_FILE = /^\d{5}(_\d+)?\.png$/;

/**
 * Draws a herd that walks through the meadow, frame by frame: `OUTPUT/00001.png`, … and the mask of the visible part of each
 * animal, `OUTPUT_seg/00001_0.png`, …, where an animal has the same number in every frame. One that is out of sight has no
 * mask.
 *
 * @throws UsageError if the folders hold anything else, UserError if a file cannot be written
 */
export async function drawVideo(options: DrawVideoOptions): Promise<DrawnVideo> {
  const { output, frames, seed, domain = 'A', height = 128, width = 128, onProgress } = options;
  const maskFolder = `${output}_seg`;
  for (const folder of [output, maskFolder]) await emptyFolder(folder);
  const { scene } = await drawPicture({ domain, split: 'test', index: 0, seed, heightPx: height, widthPx: width });
  let done = 0;
  const numbers = Array.from({ length: frames }, (_, i) => i);
  const masks = await mapBounded(numbers, Math.min(8, availableParallelism() + 1), async (i) => {
    // The middle of the video shows the scene as it was composed.
    const picture = await drawScene(walkedScene(scene, (i - (frames - 1) / 2) / DRAWN_VIDEO_FPS));
    const name = String(i + 1).padStart(5, '0');
    await writeImage(join(output, `${name}.png`), { width, height, data: picture.image });
    let written = 0;
    for (const [m, data] of picture.masks.entries()) {
      if (!data.includes(255)) continue;
      await writeMask(join(maskFolder, `${name}_${m}.png`), { width, height, data });
      written++;
    }
    onProgress?.(++done, frames);
    return written;
  });
  return { frames, masks: masks.reduce((sum, count) => sum + count, 0) };
}

/** Makes a folder, or takes the frames of an earlier video out of it. */
async function emptyFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  const names = await readdir(folder);
  const foreign = names.find((name) => !FRAME_FILE.test(name));
  if (foreign !== undefined) {
    throw new UsageError(`${folder} holds ${foreign}, which is no frame of a drawn video: choose another --output.`);
  }
  for (const name of names) await rm(join(folder, name));
}
