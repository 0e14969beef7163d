import { type BatchSource, createEpochOrder, createRng, type MaskedImage, type MaskedImages } from '@instagan/core';
import type { SegmenterConfig } from '../config/segmenter-config.ts';
import { augment, drawAugmentation, wholeImage } from './augment.ts';
import { targetsOf } from './targets.ts';

/** What one step of a segmenter learns from, on the host; values in [-1, 1], images behind each other. */
export interface SegmenterBatch {
  readonly names: readonly string[];
  readonly height: number;
  readonly width: number;
  /** `[batch, height, width, 3]` */
  readonly image: Float32Array;
  /** `[batch, height, width, 1]` */
  readonly mask: Float32Array;
  /** `[batch, height, width, 1]`, see `targetsOf` */
  readonly depth: Float32Array;
}

/** How many images are validated on at most: more take time and add little. */
const MAX_HELD_OUT = 40;

/** Which images are trained on and which are held out, by index; decided by the seed alone. */
export function splitImages(
  count: number,
  { heldOut, seed }: Pick<SegmenterConfig, 'heldOut' | 'seed'>,
): { train: readonly number[]; heldOut: readonly number[] } {
  const order = createRng(seed, 'held-out').permutation(count);
  const held = Math.min(MAX_HELD_OUT, Math.floor(count * heldOut));
  const ascending = (indices: number[]) => indices.sort((a, b) => a - b);
  return { train: ascending(order.slice(held)), heldOut: ascending(order.slice(0, held)) };
}

/** Batches of augmented images, a pure function of the configuration and the step. */
export function segmenterBatches(
  images: MaskedImages,
  train: readonly number[],
  config: Pick<SegmenterConfig, 'size' | 'batch' | 'seed' | 'augment'>,
): Pick<BatchSource<SegmenterBatch>, 'stepsPerEpoch' | 'batch'> {
  const { size, batch, seed } = config;
  const count = train.length;
  const order = createEpochOrder({ seed, countA: count, countB: count, batch });
  const entriesOf = (step: number) => Array.from({ length: batch }, (_, slot) => order.at(step, slot));
  const load = (step: number) => Promise.all(entriesOf(step).map(({ a }) => images.load(train[a] as number)));
  let ahead: { readonly step: number; readonly loaded: Promise<MaskedImage[]> } | null = null;
  return {
    stepsPerEpoch: order.stepsPerEpoch,
    batch: async (step) => {
      const loaded = await (ahead?.step === step ? ahead.loaded : load(step));
      // Decoded while this step is computed; an error is thrown to the caller that takes that step.
      ahead = { step: step + 1, loaded: load(step + 1) };
      ahead.loaded.catch(() => {});
      const pixels = size.height * size.width;
      const image = new Float32Array(batch * pixels * 3);
      const mask = new Float32Array(batch * pixels);
      const depth = new Float32Array(batch * pixels);
      for (const [slot, { epoch, index }] of entriesOf(step).entries()) {
        const source = loaded[slot] as MaskedImage;
        const draw = config.augment ? drawAugmentation(source, size, seed, epoch, index) : wholeImage(source);
        const sample = augment(source, draw, size);
        const targets = targetsOf(sample.masks, size.width, size.height);
        image.set(sample.image, slot * pixels * 3);
        mask.set(targets.mask, slot * pixels);
        depth.set(targets.depth, slot * pixels);
      }
      return { names: loaded.map(({ name }) => name), ...size, image, mask, depth };
    },
  };
}
