import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

type NoAttributes = Record<string, never>;

const shiftOp = defineOp<NoAttributes>({
  name: 'Shift',
  reference: ({ x, offsets }) => {
    const [rows, height, width] = (x as tf.Tensor4D).shape;
    // Boxes are in shares of all steps from pixel to pixel: where those are a power of two, no coordinate is rounded. They begin above
    // the image: the wasm kernel takes a box at its very top for one at its left, too.
    const above = Math.ceil(height / 4);
    const [down, right] = [stepsAcross(above + height), stepsAcross(width)];
    const below = (steps: number, side: number): [number, number] => [0, steps + 1 - side];
    const padded = tf.pad(x as tf.Tensor4D, [[0, 0], below(down, height), below(right, width), [0, 0]]);
    const back = tf.mul(tf.reshape(offsets!, [rows, 2]), tf.tensor2d([[-1 / down, -1 / right]]));
    const first = tf.sub(back, tf.tensor2d([[above / down, 0]]));
    const boxes = tf.concat2d([first, tf.add(first, 1)] as tf.Tensor2D[], 1);
    const each = tf.tensor1d(
      Int32Array.from({ length: rows }, (_, row) => row),
      'int32',
    );
    const moved = tf.image.cropAndResize(padded, boxes, each, [down + 1, right + 1], 'bilinear', 0);
    return tf.slice(moved, [0, above, 0, 0], (x as tf.Tensor4D).shape);
  },
  saveInputs: ['offsets'],
  gradient: (dy, saved) => ({ x: () => shift(dy as tf.Tensor4D, tf.neg(saved[0] as tf.Tensor4D)) }),
});

/**
 * Moves each image by whole pixels; what comes in is 0. The gradient moves back. Offsets are a tensor, so that a recorded program
 * takes new ones.
 *
 * @param x `[batch, height, width, channels]`
 * @param offsets `[batch, 1, 1, 2]`, down and to the right, whole numbers of pixels below a quarter of the height
 * @returns the shape of `x`
 */
export function shift(x: tf.Tensor4D, offsets: tf.Tensor4D): tf.Tensor4D {
  return shiftOp({ x, offsets }, {})[0] as tf.Tensor4D;
}

/** A power of two, at least as many steps as there are from the first to the last of these pixels. */
function stepsAcross(pixels: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, pixels) - 1));
}
