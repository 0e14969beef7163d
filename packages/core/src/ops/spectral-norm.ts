import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

type NoAttributes = Record<string, never>;

const powerIterationOp = defineOp<NoAttributes>({
  name: 'PowerIteration',
  reference: (inputs) => {
    const { weights, us } = inputs as unknown as { weights: readonly tf.Tensor4D[]; us: readonly tf.Tensor1D[] };
    const next = weights.map((weight, i) => {
      const matrix = asMatrix(weight);
      const v = unit(tf.sum(tf.mul(matrix, tf.reshape(us[i]!, [1, -1])), 1));
      return { u: unit(tf.sum(tf.mul(matrix, tf.reshape(v, [-1, 1])), 0)), v };
    });
    return [...next.map(({ u }) => u), ...next.map(({ v }) => v)];
  },
});

const dividedBySigmaOp = defineOp<NoAttributes>({
  name: 'SpectralNorm',
  reference: ({ weight, u, v }) => {
    const projected = tf.sum(tf.mul(asMatrix(weight as tf.Tensor4D), tf.reshape(v!, [-1, 1])), 0);
    const sigma = tf.sum(tf.mul(projected, u!));
    return [tf.div(weight!, sigma), sigma];
  },
  saveInputs: ['u', 'v'],
  saveOutputs: [true, true],
  gradient: (dy, saved) => {
    const [u, v, normalised, sigma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const none = () => {
      throw new Error('The vectors of spectral normalisation are state, not parameters: they have no gradient.');
    };
    return { weight: () => gradientOp({ dy, u, v, normalised, sigma }, {})[0], u: none, v: none };
  },
});

const gradientOp = defineOp<NoAttributes>({
  name: 'SpectralNormGradient',
  reference: ({ dy, u, v, normalised, sigma }) => {
    const along = tf.sum(tf.sum(tf.mul(dy!, normalised!).reshape([-1, u!.size]), 1));
    const outer = tf.mul(tf.reshape(v!, [-1, 1]), tf.reshape(u!, [1, -1])).reshape(normalised!.shape);
    return tf.div(tf.sub(dy!, tf.mul(along, outer)), sigma!);
  },
});

/** The singular vectors of a filter W of `[kernel * inputs, outputs]`, both of length 1. */
export type SingularVectors = {
  /** `[outputs]`. */
  readonly u: tf.Tensor1D;
  /** `[kernelHeight * kernelWidth * inputs]`. */
  readonly v: tf.Tensor1D;
};

/**
 * One power iteration for the largest singular value of each filter, seen as the matrix W of `[kernel * inputs, outputs]`
 * (Miyato et al. 2018, algorithm 1): v <- W u / |W u|, then u <- W^T v / |W^T v|.
 *
 * @param weights each `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param us for each its vector u of the last iteration, `[outputs]`
 */
export function powerIteration(weights: readonly tf.Tensor4D[], us: readonly tf.Tensor1D[]): SingularVectors[] {
  const vectors = powerIterationOp({ weights, us } as unknown as Record<string, tf.Tensor>, {}) as tf.Tensor[];
  return weights.map((_, i) => ({ u: vectors[i] as tf.Tensor1D, v: vectors[weights.length + i] as tf.Tensor1D }));
}

/**
 * Spectral normalisation: `weight / sigma` with sigma = v^T W u. The gradient treats u and v as constants
 * (Miyato et al. 2018, equation 12).
 *
 * @param weight `[kernelHeight, kernelWidth, inputs, outputs]`
 */
export function spectralNorm(weight: tf.Tensor4D, { u, v }: SingularVectors): tf.Tensor4D {
  return dividedBySigmaOp({ weight, u, v }, {})[0] as tf.Tensor4D;
}

function asMatrix(weight: tf.Tensor4D): tf.Tensor2D {
  const outputs = weight.shape[3];
  return tf.reshape(weight, [weight.size / outputs, outputs]);
}

function unit(x: tf.Tensor): tf.Tensor1D {
  return tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-12)) as tf.Tensor1D;
}
