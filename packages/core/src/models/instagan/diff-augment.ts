import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { recolour } from '../../ops/recolour.ts';
import { setSpread } from '../../ops/set-sum.ts';
import { shift } from '../../ops/shift.ts';
import type { Rng } from '../../random/rng.ts';
import type { TrainingConfig } from '../training-config.ts';

/**
 * Differentiable augmentation (Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", equations 4 to 6):
 * discriminators see T(x) of every sample, real or translated, in their own updates and in those of the generators,
 *
 *     L_D = loss(D(T(real))) + loss(D(T(G(x)))),   L_G = loss(D(T(G(x)))),
 *
 * with a T that is drawn anew for each sample and each time, and through which gradients reach G. So D cannot learn the few real
 * samples by heart, and G does not learn to make what only T makes. An image and its masks move as one.
 */
export type DiffAugmentPolicy = TrainingConfig['diffAugment'];

/** How far T moves a sample at most, as a share of its sides, and the sides of the rectangle that it cuts out. */
const MAX_SHIFT = 1 / 8;
const CUT = 1 / 2;

interface Size {
  readonly height: number;
  readonly width: number;
}

/** A T as drawn for one sample. */
export interface DrawnAugmentation {
  /** Added to all values, -0.5 … 0.5. */
  readonly brightness: number;
  /** Factor of the distance of a pixel's channels from their mean, 0 … 2. */
  readonly saturation: number;
  /** Factor of the distance of all values from their mean, 0.5 … 1.5. */
  readonly contrast: number;
  /** Whole pixels. */
  readonly shift: { readonly down: number; readonly right: number };
  /** The middle of the rectangle that is cut out, in pixels; it may reach over the edge. */
  readonly cut: { readonly y: number; readonly x: number };
}

/** @param rng its state moves on, as far for every policy */
export function drawAugmentation(rng: Rng, { height, width }: Size): DrawnAugmentation {
  const within = (px: number) => rng.integer(2 * px + 1) - px;
  return {
    brightness: rng.uniform() - 0.5,
    saturation: 2 * rng.uniform(),
    contrast: rng.uniform() + 0.5,
    shift: { down: within(Math.round(MAX_SHIFT * height)), right: within(Math.round(MAX_SHIFT * width)) },
    cut: { y: rng.integer(height + 1), x: rng.integer(width + 1) },
  };
}

/** The T of each sample of a batch on the device; what the policy leaves out is undefined. */
export interface DeviceAugmentation {
  /** `[batch, 1, 1, 1]` each. */
  readonly colour?: Readonly<Record<'brightness' | 'saturation' | 'contrast', tf.Tensor4D>> | undefined;
  /** Down and to the right in pixels, `[batch, 1, 1, 2]`. */
  readonly offsets?: tf.Tensor4D | undefined;
  /** 0 where something is cut out, else 1: `[batch, height, width, 1]`. */
  readonly shown?: tf.Tensor4D | undefined;
}

/** @returns undefined for the policy `none` */
export function uploadAugmentation(
  policy: DiffAugmentPolicy,
  drawn: readonly DrawnAugmentation[],
  size: Size,
): DeviceAugmentation | undefined {
  if (policy === 'none') return undefined;
  const parts = policy.split(',');
  const column = (values: readonly number[]) =>
    tf.tensor4d([...values], [drawn.length, 1, 1, values.length / drawn.length]);
  const colour = () => ({
    brightness: column(drawn.map(({ brightness }) => brightness)),
    saturation: column(drawn.map(({ saturation }) => saturation)),
    contrast: column(drawn.map(({ contrast }) => contrast)),
  });
  return {
    colour: parts.includes('color') ? colour() : undefined,
    offsets: parts.includes('translation')
      ? column(drawn.flatMap(({ shift }) => [shift.down, shift.right]))
      : undefined,
    shown: parts.includes('cutout') ? uploadShown(drawn, size) : undefined,
  };
}

function uploadShown(drawn: readonly DrawnAugmentation[], { height, width }: Size): tf.Tensor4D {
  const [tall, wide] = [Math.round(CUT * height), Math.round(CUT * width)];
  const shown = new Float32Array(drawn.length * height * width).fill(1);
  for (const [sample, { cut }] of drawn.entries()) {
    const [top, left] = [cut.y - Math.floor(tall / 2), cut.x - Math.floor(wide / 2)];
    for (let y = Math.max(0, top); y < Math.min(height, top + tall); y++) {
      const row = (sample * height + y) * width;
      shown.fill(0, row + Math.max(0, left), row + Math.min(width, left + wide));
    }
  }
  return tf.tensor4d(shown, [drawn.length, height, width, 1]);
}

/**
 * T of a batch: colours, then the shift, then the cut. What comes in from beyond the edge and what is cut out is 0, grey, in an image
 * and -1, background, in a mask. Differentiable.
 *
 * @param augmentation of as many samples; undefined leaves all as it is
 */
export function augmented(set: InstanceSet, augmentation: DeviceAugmentation | undefined): InstanceSet {
  if (augmentation === undefined) return set;
  const { colour, offsets, shown } = augmentation;
  let { image } = set;
  if (colour) image = tf.add(recolour(image, colour.saturation, colour.contrast), colour.brightness);
  if (offsets) image = shift(image, offsets);
  if (shown) image = tf.mul(image, shown);
  return { image, masks: augmentedMasks(set.masks, set.counts, augmentation), counts: set.counts };
}

/**
 * T of the masks of a batch alone.
 *
 * @param masks `[sum of counts, height, width, 1]`
 * @param counts masks of each sample
 */
export function augmentedMasks(
  masks: tf.Tensor4D,
  counts: readonly number[],
  augmentation: DeviceAugmentation | undefined,
): tf.Tensor4D {
  const { offsets, shown } = augmentation ?? {};
  if (offsets === undefined && shown === undefined) return masks;
  let cover = tf.add(masks, 1) as tf.Tensor4D;
  if (offsets) cover = shift(cover, setSpread(offsets, counts));
  if (shown) cover = tf.mul(cover, setSpread(shown, counts));
  return tf.sub(cover, 1);
}
