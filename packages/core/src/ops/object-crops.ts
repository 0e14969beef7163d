import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

interface CropAttributes {
  /** Pixels of a crop along each side. */
  readonly side: number;
}

/** What is cut out reaches beyond the box of the object by this share of its longer side, on all sides. */
const MARGIN = 1 / 8;
/** Objects are magnified so many times at most. */
const MAX_MAGNIFICATION = 4;

const cropOp = defineOp<CropAttributes>({
  name: 'ObjectCrops',
  reference: ({ x, masks }, { side }) => {
    const { rows, columns, present } = samplingOf(masks as tf.Tensor4D, side);
    return [resampled(x as tf.Tensor4D, rows, columns, false), present];
  },
  saveInputs: ['masks'],
  gradient: (dy, [masks], { side }) => ({
    x: () => cropGradientOp({ dy, masks: masks as tf.Tensor4D }, { side })[0],
    // Where to cut is a constant.
    masks: () => tf.zerosLike(masks as tf.Tensor4D),
  }),
});

const cropGradientOp = defineOp<CropAttributes>({
  name: 'ObjectCropsGradient',
  reference: ({ dy, masks }, { side }) => {
    const { rows, columns } = samplingOf(masks as tf.Tensor4D, side);
    return resampled(dy as tf.Tensor4D, rows, columns, true);
  },
});

/**
 * Cuts each object out by a square around the box of its mask, and scales it to `side` pixels by bilinear interpolation (Jaderberg
 * et al. 2015, equation 5; of a smaller scale by the triangle that is wider by as much, so that no pixel is passed over):
 *
 *     crop = R x C^T,    R_iy = max(0, 1 - |y - c_i| / s) / sum over y,    s = max(1, w / side),
 *
 * where the square is w = (1 + 2 / 8) * the longer side of the box wide, and at least side / 4, c_i is where the middle of its i-th
 * row lies in x, and C is the same of columns. It is shifted into the image; where it is larger, the edge pixels go on. Gradients
 * flow into what is cut out; the square is a constant.
 *
 * @param x `[objects, height, width, channels]`
 * @param masks `[objects, height, width, 1]`: what is above 0 is the object
 * @returns crops `[objects, side, side, channels]`, and `present`, `[objects, 1, 1, 1]`: 1, or 0 where the mask is empty and the crop
 *   means nothing
 */
export function objectCrops(
  x: tf.Tensor4D,
  masks: tf.Tensor4D,
  side: number,
): { readonly crops: tf.Tensor4D; readonly present: tf.Tensor4D } {
  const [crops, present] = cropOp({ x, masks }, { side }) as [tf.Tensor4D, tf.Tensor4D];
  return { crops, present };
}

/** What of its object each mask has along an axis: whether it is there, from where and until where. */
interface Extent {
  /** `[objects, 1]` each. */
  readonly first: tf.Tensor2D;
  readonly end: tf.Tensor2D;
  readonly present: tf.Tensor2D;
}

/** The matrices R `[objects, side, height]` and C `[objects, side, width]`. */
function samplingOf(masks: tf.Tensor4D, side: number) {
  const [objects, height, width] = masks.shape;
  const planes = tf.reshape(masks, [objects, height, width]);
  const vertical = extentOf(tf.max(planes, 2));
  const horizontal = extentOf(tf.max(planes, 1));
  const longer = tf.maximum(tf.sub(vertical.end, vertical.first), tf.sub(horizontal.end, horizontal.first));
  const square = tf.maximum(tf.mul(longer, 1 + 2 * MARGIN), side / MAX_MAGNIFICATION) as tf.Tensor2D;
  return {
    rows: matrixOf(vertical, square, height, side),
    columns: matrixOf(horizontal, square, width, side),
    present: tf.reshape(vertical.present, [objects, 1, 1, 1]),
  };
}

/** @param highest `[objects, length]`: the highest value of the mask in each row or column */
function extentOf(highest: tf.Tensor2D): Extent {
  const [, length] = highest.shape;
  const occupied = tf.cast(tf.greater(highest, 0), 'float32');
  const places = tf.tensor2d(
    Float32Array.from({ length }, (_, i) => i),
    [1, length],
  );
  return {
    first: tf.sub(length, tf.max(tf.mul(occupied, tf.sub(length, places)), 1, true)),
    end: tf.max(tf.mul(occupied, tf.add(places, 1)), 1, true),
    present: tf.max(occupied, 1, true),
  };
}

/**
 * @param square `[objects, 1]`: side of the square in pixels
 * @returns `[objects, side, length]`, each row of which sums to 1
 */
function matrixOf({ first, end }: Extent, square: tf.Tensor2D, length: number, side: number): tf.Tensor3D {
  const half = tf.minimum(tf.mul(square, 0.5), length / 2);
  const middle = tf.minimum(tf.maximum(tf.mul(tf.add(first, end), 0.5), half), tf.sub(length, half));
  const steps = tf.tensor2d(
    Float32Array.from({ length: side }, (_, i) => (i + 0.5) / side - 0.5),
    [1, side],
  );
  const centres = tf.sub(tf.add(middle, tf.mul(square, steps)), 0.5);
  const within = tf.reshape(tf.minimum(tf.maximum(centres, 0), length - 1), [-1, side, 1]);
  const places = tf.tensor3d(
    Float32Array.from({ length }, (_, i) => i),
    [1, 1, length],
  );
  const reach = tf.reshape(tf.maximum(tf.mul(square, 1 / side), 1), [-1, 1, 1]);
  const weights = tf.relu(tf.sub(1, tf.div(tf.abs(tf.sub(places, within)), reach)));
  return tf.div(weights, tf.sum(weights, 2, true));
}

/** R x C^T, of each channel; transposed R^T x C. */
function resampled(x: tf.Tensor4D, rows: tf.Tensor3D, columns: tf.Tensor3D, isTransposed: boolean): tf.Tensor4D {
  const [objects, height, width, channels] = x.shape;
  const [outHeight, outWidth] = [rows, columns].map(({ shape }) => shape[isTransposed ? 2 : 1]) as [number, number];
  const alongRows = tf.matMul(rows, tf.reshape(x, [objects, height, width * channels]), isTransposed);
  const turned = tf.transpose(tf.reshape(alongRows, [objects, outHeight, width, channels]), [0, 2, 1, 3]);
  const alongBoth = tf.matMul(columns, tf.reshape(turned, [objects, width, outHeight * channels]), isTransposed);
  return tf.transpose(tf.reshape(alongBoth, [objects, outWidth, outHeight, channels]), [0, 2, 1, 3]);
}
