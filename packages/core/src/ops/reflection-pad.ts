import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

interface ReflectPadAttributes {
  readonly pad: number;
}

const pad2d = defineOp<ReflectPadAttributes>({
  name: 'ReflectPad',
  reference: ({ x }, { pad }) =>
    tf.mirrorPad(
      x as tf.Tensor4D,
      [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ],
      'reflect',
    ),
  gradient: (dy, _saved, { pad }) => ({ x: () => reflectionPadGradient(dy as tf.Tensor4D, pad) }),
});

const pad2dGradient = defineOp<ReflectPadAttributes>({
  name: 'ReflectPadGradient',
  reference: ({ dy }, { pad }) => foldBorders(foldBorders(dy as tf.Tensor4D, 1, pad), 2, pad),
});

/**
 * Pads height and width by reflection without repeating the edge: `[a b c] -> [c b a b c b a]` for `pad` 2.
 *
 * tfjs's own `mirrorPad` computes the same forward but drops the gradient of what was reflected.
 *
 * @param x `[batch, height, width, channels]`
 * @param pad pixels on each side, smaller than height and width
 * @returns `[batch, height + 2 pad, width + 2 pad, channels]`
 * @throws Error if `pad` is not smaller than both sides
 */
export function reflectionPad(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  if (pad >= height || pad >= width) {
    throw new Error(`reflectionPad: pad ${pad} must be smaller than height ${height} and width ${width}.`);
  }
  return pad2d({ x }, { pad })[0] as tf.Tensor4D;
}

/**
 * The gradient of {@link reflectionPad}: what was reflected is added back.
 *
 * @param dy `[batch, height + 2 pad, width + 2 pad, channels]`
 * @returns `[batch, height, width, channels]`
 */
export function reflectionPadGradient(dy: tf.Tensor4D, pad: number): tf.Tensor4D {
  return pad2dGradient({ dy }, { pad })[0] as tf.Tensor4D;
}

/** Adds what lies in the two borders of `axis` back onto the pixels it was reflected from, and cuts the borders off. */
function foldBorders(dy: tf.Tensor4D, axis: 1 | 2, pad: number): tf.Tensor4D {
  const size = dy.shape[axis] - 2 * pad;
  const part = (start: number, length: number): tf.Tensor4D => {
    const begin: [number, number, number, number] = [0, 0, 0, 0];
    const extent: [number, number, number, number] = [...dy.shape];
    begin[axis] = start;
    extent[axis] = length;
    return tf.slice4d(dy, begin, extent);
  };
  const spread = (border: tf.Tensor4D, start: number): tf.Tensor4D => {
    const paddings: [number, number][] = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ];
    paddings[axis] = [start, size - start - pad];
    return tf.pad(tf.reverse(border, axis), paddings) as tf.Tensor4D;
  };
  const before = spread(part(0, pad), 1);
  const after = spread(part(size + pad, pad), size - 1 - pad);
  return tf.add(tf.add(part(pad, size), before), after);
}
