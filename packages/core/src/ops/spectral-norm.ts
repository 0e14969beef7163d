import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

const dividedBySigmaOp = defineOp<Record<string, never>>({
  name: 'SpectralNorm',
  reference: ({ weight, u, v }) => {
    const sigma = spectralValue(weight as tf.Tensor4D, u as tf.Tensor1D, v as tf.Tensor1D);
    return [tf.div(weight!, sigma), sigma];
  },
  saveInputs: ['u', 'v'],
  saveOutputs: [true, true],
  gradient: (dy, saved) => {
    const [u, v, normalised, sigma] = saved as [tf.Tensor1D, tf.Tensor1D, tf.Tensor4D, tf.Scalar];
    const none = () => {
      throw new Error('The vectors of spectral normalisation are state, not parameters: they have no gradient.');
    };
    return {
      weight: () => {
        const along = tf.sum(tf.sum(tf.mul(dy, normalised).reshape([-1, u.size]), 1));
        const outer = tf.mul(tf.reshape(v, [-1, 1]), tf.reshape(u, [1, -1])).reshape(normalised.shape);
        return tf.div(tf.sub(dy, tf.mul(along, outer)), sigma);
      },
      u: none,
      v: none,
    };
  },
});

/**
 * One power iteration for the largest singular value of a filter, seen as the matrix W of `[kernel * inputs, outputs]`
 * (Miyato et al. 2018, algorithm 1): v <- W u / |W u|, then u <- W^T v / |W^T v|.
 *
 * @param weight `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param u `[outputs]`, the left vector of the last iteration
 * @returns the new vectors, `u [outputs]` and `v [kernelHeight * kernelWidth * inputs]`, both of length 1
 */
export function powerIteration(weight: tf.Tensor4D, u: tf.Tensor1D): { u: tf.Tensor1D; v: tf.Tensor1D } {
  return tf.tidy(() => {
    const matrix = asMatrix(weight);
    const v = unit(tf.sum(tf.mul(matrix, tf.reshape(u, [1, -1])), 1));
    return { u: unit(tf.sum(tf.mul(matrix, tf.reshape(v, [-1, 1])), 0)), v };
  });
}

/**
 * Spectral normalisation: `weight / sigma` with sigma = v^T W u. The gradient treats u and v as constants
 * (Miyato et al. 2018, equation 12).
 *
 * @param weight `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param u `[outputs]`
 * @param v `[kernelHeight * kernelWidth * inputs]`
 */
export function spectralNorm(weight: tf.Tensor4D, u: tf.Tensor1D, v: tf.Tensor1D): tf.Tensor4D {
  return dividedBySigmaOp({ weight, u, v }, {})[0] as tf.Tensor4D;
}

function spectralValue(weight: tf.Tensor4D, u: tf.Tensor1D, v: tf.Tensor1D): tf.Scalar {
  const projected = tf.sum(tf.mul(asMatrix(weight), tf.reshape(v, [-1, 1])), 0);
  return tf.sum(tf.mul(projected, u));
}

function asMatrix(weight: tf.Tensor4D): tf.Tensor2D {
  const outputs = weight.shape[3];
  return tf.reshape(weight, [weight.size / outputs, outputs]);
}

function unit(x: tf.Tensor): tf.Tensor1D {
  return tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-12)) as tf.Tensor1D;
}
