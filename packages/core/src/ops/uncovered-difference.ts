import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';
import { setSpread, setSum } from './set-sum.ts';
import { sumAll } from './sum-all.ts';

interface UncoveredAttributes {
  /** Masks of each sample, in `masks` and in `otherMasks`. */
  readonly counts: readonly number[];
  readonly scale: number;
}

const differenceOp = defineOp<UncoveredAttributes>({
  name: 'UncoveredDifferenceSum',
  reference: ({ image, masks, otherImage, otherMasks }, { counts, scale }) => {
    const weight = tf.sub(1, tf.clipByValue(covered(masks!, otherMasks!, counts), 0, 1));
    return tf.mul(sumAll(tf.mul(weight, pixelDifference(image!, otherImage!))), scale);
  },
  saveInputs: ['image', 'masks', 'otherImage', 'otherMasks'],
  gradient: (dy, saved, attributes) => {
    const [image, masks, otherImage, otherMasks] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dy, image, masks, otherImage, otherMasks };
    const dImage = () => imageGradientOp(inputs, attributes)[0];
    const dMasks = () => masksGradientOp(inputs, attributes)[0];
    return { image: dImage, masks: dMasks, otherImage: () => tf.neg(dImage()), otherMasks: dMasks };
  },
});

const imageGradientOp = defineOp<UncoveredAttributes>({
  name: 'UncoveredDifferenceImageGradient',
  reference: ({ dy, image, masks, otherImage, otherMasks }, { counts, scale }) => {
    const weight = tf.sub(1, tf.clipByValue(covered(masks!, otherMasks!, counts), 0, 1));
    return tf.mul(tf.mul(dy!, scale), tf.mul(weight, tf.sign(tf.sub(image!, otherImage!))));
  },
});

const masksGradientOp = defineOp<UncoveredAttributes>({
  name: 'UncoveredDifferenceMasksGradient',
  reference: ({ dy, image, masks, otherImage, otherMasks }, { counts, scale }) => {
    const sum = covered(masks!, otherMasks!, counts);
    const within = tf.logicalAnd(tf.greaterEqual(sum, 0), tf.lessEqual(sum, 1));
    const difference = pixelDifference(image!, otherImage!);
    const perPixel = tf.where(within, tf.mul(difference, tf.mul(dy!, -0.5 * scale)), tf.zerosLike(difference));
    return setSpread(perPixel as tf.Tensor4D, counts);
  },
});

/** Images, and the masks of their instances: -1 background, 1 object. */
interface MaskedImages {
  /** `[batch, height, width, channels]`. */
  readonly image: tf.Tensor4D;
  /** `[sum of counts, height, width, 1]`. */
  readonly masks: tf.Tensor4D;
}

/**
 * `scale` times the sum of the absolute differences of two images, weighted by how little the masks of both cover a
 * pixel: w = 1 - clamp(sum over the masks m of both of (m + 1) / 2, 0, 1). As in PyTorch, the clamp's bounds pass the
 * gradient on, and the masks of one and the other have the same one.
 *
 * @param counts masks of each sample, the same for both images
 * @returns scalar
 */
export function uncoveredDifferenceSum(
  { image, masks }: MaskedImages,
  other: MaskedImages,
  counts: readonly number[],
  scale: number,
): tf.Scalar {
  const inputs = { image, masks, otherImage: other.image, otherMasks: other.masks };
  return differenceOp(inputs, { counts, scale })[0] as tf.Scalar;
}

/** How many instances cover each pixel of either image, `[batch, height, width, 1]`. */
function covered(masks: tf.Tensor, otherMasks: tf.Tensor, counts: readonly number[]): tf.Tensor4D {
  const both = tf.add(setSum(masks as tf.Tensor4D, counts), setSum(otherMasks as tf.Tensor4D, counts));
  return tf.mul(
    tf.add(
      both,
      tf.tensor4d(
        [...counts].map((count) => 2 * count),
        [counts.length, 1, 1, 1],
      ),
    ),
    0.5,
  );
}

/** Sum over the channels of |a - b|, `[batch, height, width, 1]`. */
function pixelDifference(a: tf.Tensor, b: tf.Tensor): tf.Tensor4D {
  return tf.sum(tf.abs(tf.sub(a, b)), 3, true);
}
