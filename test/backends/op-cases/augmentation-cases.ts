import { recolour, shift } from '@instagan/core/internals/ops';
import type * as tf from '@tensorflow/tfjs';
import { recolour64, shift64 } from '../../helpers/float64.ts';
import { type OpCase, random, type Shape4D } from './op-case.ts';

/** @param offsets down and to the right, of each image */
export function shiftCase(shape: Shape4D, offsets: readonly (readonly [number, number])[]): OpCase {
  return {
    name: `shift ${shape.join('x')} by ${offsets.join(' ')}`,
    inputs: {
      x: random('x', shape),
      offsets: { shape: [offsets.length, 1, 1, 2], data: Float64Array.from(offsets.flat()) },
    },
    differentiable: ['x'],
    run: ({ x, offsets }) => shift(x as tf.Tensor4D, offsets as tf.Tensor4D),
    reference: ({ x, offsets }) => shift64(x!, offsets!),
  };
}

export function recolourCase(shape: Shape4D): OpCase {
  return {
    name: `recolour ${shape.join('x')}`,
    inputs: {
      x: random('x', shape, 0.5),
      saturation: random('saturation', [shape[0], 1, 1, 1], 1),
      contrast: random('contrast', [shape[0], 1, 1, 1], 1),
    },
    differentiable: ['x'],
    run: ({ x, saturation, contrast }) =>
      recolour(x as tf.Tensor4D, saturation as tf.Tensor4D, contrast as tf.Tensor4D),
    reference: ({ x, saturation, contrast }) => recolour64(x!, saturation!, contrast!),
  };
}
