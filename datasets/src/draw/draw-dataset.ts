import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@instagan/core/data';
import { mapBounded } from '../folder/map-bounded.ts';
import { writeImage, writeMask } from '../images/write-image.ts';
import { closeDrawnFolder, openDrawnFolder } from './drawn-folder.ts';
import { drawPicture } from './render-scene.ts';
import type { SceneKey } from './scene.ts';

export interface DrawDatasetOptions {
  /** Folder of the set: missing, empty, or an earlier drawn set, which is replaced. */
  readonly output: string;
  /** Training images of each domain, 1 … 99999. */
  readonly count: number;
  /** Any whole number; the same seed draws the same files. */
  readonly seed: number;
  /** Height of the images in pixels, 32 … 4096. @default 128 */
  readonly height?: number;
  /** Width of the images in pixels, 32 … 4096. @default 128 */
  readonly width?: number;
  /** Test images of each domain, 0 … 99999. @default a fifth of `count`, at least 1 */
  readonly testCount?: number;
  /** Stops the drawing; the set is then left incomplete and can be drawn again. */
  readonly signal?: AbortSignal;
  /** Called after each image with the number of those done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was written. */
export interface DrawnDataset {
  readonly images: number;
  readonly masks: number;
  /** Images and masks, relative to the output folder with `/`: domain by domain, each image before its masks. */
  readonly files: readonly string[];
}

const SMALLEST_PX = 32;
const LARGEST_PX = 4096;
/** Pixels that are drawn at the same time, in several images. */
const MAX_DRAWN_PX = 2 ** 24;
const MAX_IMAGES = 99_999;
const ANIMAL_NAMES = { A: 'sheep', B: 'giraffe' } as const;

/**
 * Draws the sample set: meadows with one to five sheep (domain A) or giraffes (domain B), and a mask of the visible part
 * of each animal, in the layout `trainA/NAME.png`, `trainA_seg/NAME_0.png` (the largest), `NAME_1.png`, … and the same for
 * `trainB`, `testA` and `testB`. An image depends on the seed, the size, its domain, split and number alone, so a larger
 * set begins with the smaller one.
 *
 * Nothing more is written once the promise settles.
 *
 * @throws UsageError if an option is out of range or the output folder holds anything else, UserError if a file cannot
 *   be written, the signal's reason if aborted
 */
export async function drawDataset(options: DrawDatasetOptions): Promise<DrawnDataset> {
  const { output, count, seed, height = 128, width = 128, signal, onProgress } = options;
  requireWhole('--count', count, 1, MAX_IMAGES);
  requireWhole('--seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  requireWhole('The height of --size', height, SMALLEST_PX, LARGEST_PX);
  requireWhole('The width of --size', width, SMALLEST_PX, LARGEST_PX);
  const testCount = options.testCount ?? Math.max(1, Math.round(count / 5));
  requireWhole('The number of test images', testCount, 0, MAX_IMAGES);
  signal?.throwIfAborted();

  const record = { seed, count, testCount, height, width };
  await openDrawnFolder(output, record);
  const keys = sceneKeys(record);
  const failures: unknown[] = [];
  let done = 0;
  const atOnce = Math.min(8, availableParallelism() + 1, Math.ceil(MAX_DRAWN_PX / (height * width)));
  const written = await mapBounded(keys, atOnce, async (key) => {
    if (failures.length > 0) return [];
    try {
      signal?.throwIfAborted();
      const files = await drawInto(output, key);
      onProgress?.(++done, keys.length);
      return files;
    } catch (error) {
      failures.push(error);
      return [];
    }
  });
  if (failures.length > 0) throw failures[0];
  await closeDrawnFolder(output, record);
  const files = written.flat();
  return { images: keys.length, masks: files.length - keys.length, files };
}

function sceneKeys(set: { seed: number; count: number; testCount: number; height: number; width: number }): SceneKey[] {
  const folders = [
    ['A', 'train', set.count],
    ['B', 'train', set.count],
    ['A', 'test', set.testCount],
    ['B', 'test', set.testCount],
  ] as const;
  return folders.flatMap(([domain, split, count]) =>
    Array.from({ length: count }, (_, index) => ({
      domain,
      split,
      index,
      seed: set.seed,
      heightPx: set.height,
      widthPx: set.width,
    })),
  );
}

/** Draws one image and its masks; gives back their paths relative to `output`. */
async function drawInto(output: string, key: SceneKey): Promise<string[]> {
  const { image, masks } = await drawPicture(key);
  const folder = `${key.split}${key.domain}`;
  const name = `${ANIMAL_NAMES[key.domain]}-${String(key.index + 1).padStart(5, '0')}`;
  const size = { width: key.widthPx, height: key.heightPx };
  const imageFile = `${folder}/${name}.png`;
  const maskFiles = masks.map((_, m) => `${folder}_seg/${name}_${m}.png`);
  await writeImage(join(output, imageFile), { ...size, data: image });
  await Promise.all(masks.map((data, m) => writeMask(join(output, maskFiles[m] as string), { ...size, data })));
  return [imageFile, ...maskFiles];
}

function requireWhole(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new UsageError(`${what} must be a whole number from ${low} to ${high}, not ${value}.`);
}
