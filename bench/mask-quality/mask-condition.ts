import { join } from 'node:path';
import type { Sample } from '@instagan/core';
import { createRng, jitterMasks, type SizePx, UserError } from '@instagan/core/data';
import { unionIou } from '@instagan/core/evaluation';
import { type ImageFile, indexMasks, loadSample } from '@instagan/datasets';
import { estimate } from './scores.ts';
import { shiftOutline } from './shift-outline.ts';

/** With what masks the test images are translated. */
export interface MaskCondition {
  readonly kind: 'true' | 'jittered' | 'shifted' | 'predicted';
  /** Of the jitter, or the shift of the outlines in shares of an object's radius; null for other kinds. */
  readonly strength: number | null;
  /** For each image as many sets of masks as there are draws; one where chance plays no part. */
  readonly masks: readonly (readonly (readonly Float32Array[])[])[];
  /** Intersection over union of these masks' union and the true ones', mean over images and draws. */
  readonly iou: number;
}

/** A test image with its true masks, at the size that all is done at. */
export interface TestImage {
  readonly file: ImageFile;
  readonly sample: Sample;
}

export function trueCondition(images: readonly TestImage[]): MaskCondition {
  const masks = images.map(({ sample }) => [sample.masks]);
  return { kind: 'true', strength: null, masks, iou: iouOf(images, masks) };
}

/** @param draws sets of masks for each image, jittered independently */
export function jitteredCondition(
  images: readonly TestImage[],
  strength: number,
  draws: number,
  seed: number,
): MaskCondition {
  const masks = images.map(({ sample }) =>
    Array.from({ length: draws }, (_, draw) => {
      const rng = createRng(seed, 'mask-quality', sample.name, String(strength), draw);
      return jitterMasks(sample.masks, sample, strength, rng).masks;
    }),
  );
  return { kind: 'jittered', strength, masks, iou: iouOf(images, masks) };
}

/** Every outline wider or narrower alike, nothing else. @param shift see {@link shiftOutline} */
export function shiftedCondition(images: readonly TestImage[], shift: number): MaskCondition {
  const masks = images.map(({ sample }) => [sample.masks.map((mask) => shiftOutline(mask, sample, shift))]);
  return { kind: 'shifted', strength: shift, masks, iou: iouOf(images, masks) };
}

/**
 * @param folder holds `NAME_0.png`, … for the images; one without masks here has none
 * @throws UserError if there is no such folder, or it has masks for none of the images
 */
export async function predictedCondition(
  images: readonly TestImage[],
  folder: string,
  size: SizePx,
): Promise<MaskCondition> {
  const index = await indexMasks(folder);
  const known = images.filter(({ file }) => index?.byName.has(file.name));
  if (index === null || known.length === 0) {
    throw new UserError(`${join(folder)} has no masks of the test images: write them with segmenter predict --output.`);
  }
  const masks: (readonly Float32Array[])[][] = [];
  for (const { file } of images) {
    const predicted = { ...file, masks: index.byName.get(file.name) ?? [] };
    masks.push([(await loadSample(predicted, { size })).masks]);
  }
  return { kind: 'predicted', strength: null, masks, iou: iouOf(images, masks) };
}

function iouOf(images: readonly TestImage[], masks: MaskCondition['masks']): number {
  const ious = images.map(({ sample }, i) => {
    const sets = masks[i] as (readonly Float32Array[])[];
    return estimate(sets.map((set) => unionIou(set, sample.masks, sample.width * sample.height))).mean;
  });
  return estimate(ious).mean;
}
