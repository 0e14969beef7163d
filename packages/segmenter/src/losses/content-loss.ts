import * as tf from '@tensorflow/tfjs';

/** Keeps the quotient defined where neither mask holds an object; in pixels. */
const SMOOTHING = 1;

/**
 * L1 between predicted and true masks (pix2pix, equation 3): the mean over pixels of |y - t|.
 *
 * It is small already for nothing but background where objects are small; {@link jaccardLoss} is not.
 *
 * @param predicted `[batch, height, width, 1]`, values in [-1, 1]
 * @param truth same shape, -1 background and 1 object
 */
export function l1Loss(predicted: tf.Tensor4D, truth: tf.Tensor4D): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(predicted, truth)));
}

/**
 * Soft Jaccard loss (Rahman and Wang 2016), one minus the intersection over union of the masks, which is what they are
 * scored by: with p = (y + 1) / 2 and g = (t + 1) / 2, the mean over images of
 *
 *     1 - (sum p g + 1) / (sum (p + g - p g) + 1).
 *
 * Only objects and what is taken for one count, so that it does not matter how much background there is: the class
 * imbalance that L1 suffers from.
 *
 * @param predicted `[batch, height, width, 1]`, values in [-1, 1]
 * @param truth same shape, -1 background and 1 object
 */
export function jaccardLoss(predicted: tf.Tensor4D, truth: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const p = tf.mul(tf.add(predicted, 1), 0.5);
    const g = tf.mul(tf.add(truth, 1), 0.5);
    const sumOf = (x: tf.Tensor) =>
      tf.sum(tf.sum(tf.reshape(x, [x.shape[0] as number, x.shape[1] as number, -1]), 2), 1);
    const both = sumOf(tf.mul(p, g));
    const either = tf.sub(tf.add(sumOf(p), sumOf(g)), both);
    return tf.sub(1, tf.mean(tf.div(tf.add(both, SMOOTHING), tf.add(either, SMOOTHING))));
  });
}

/**
 * L1 between predicted and true depth, over the pixels of objects only: the depth of the background is decided by the
 * mask.
 *
 * @param predicted `[batch, height, width, 1]`
 * @param truth same shape
 * @param masks true masks, same shape, -1 background and 1 object
 */
export function depthLoss(predicted: tf.Tensor4D, truth: tf.Tensor4D, masks: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const object = tf.mul(tf.add(masks, 1), 0.5);
    const difference = tf.sum(tf.mul(object, tf.abs(tf.sub(predicted, truth))));
    return tf.div(difference, tf.add(tf.sum(object), SMOOTHING)) as tf.Scalar;
  });
}
