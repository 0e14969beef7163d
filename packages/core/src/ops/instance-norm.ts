import * as tf from '@tensorflow/tfjs';
import {
  type ActivationAttributes,
  activate,
  activationAttributes,
  activationGradient,
  type Rectifier,
} from './activation.ts';
import { defineOp } from './define-op.ts';

interface InstanceNormAttributes extends ActivationAttributes {
  readonly epsilon: number;
}

/** Added to the variance, as in PyTorch's `InstanceNorm2d`. */
const EPSILON = 1e-5;

const normOp = defineOp<InstanceNormAttributes>({
  name: 'InstanceNorm',
  reference: ({ x, residual }, { epsilon, ...activation }) => {
    const mean = spatialMean(x as tf.Tensor4D);
    const centred = tf.sub(x!, mean);
    const inverseDeviation = tf.rsqrt(tf.add(spatialMean(tf.square(centred) as tf.Tensor4D), epsilon));
    const normal = tf.mul(centred, inverseDeviation);
    const y = activate(normal, activation);
    return [
      residual === undefined ? y : tf.add(y, residual),
      tf.squeeze(mean, [1, 2]),
      tf.squeeze(inverseDeviation, [1, 2]),
    ];
  },
  saveInputs: ['x'],
  saveOutputs: [false, true, true],
  gradient: (dy, saved, { activation, slope }) => {
    const [x, mean, inverseDeviation] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      x: () => normGradientOp({ dy, x, mean, inverseDeviation }, { activation, slope })[0],
      residual: () => tf.clone(dy),
    };
  },
});

const normGradientOp = defineOp<ActivationAttributes>({
  name: 'InstanceNormGradient',
  reference: ({ dy, x, mean, inverseDeviation }, activation) => {
    const [batch, , , channels] = x!.shape as [number, number, number, number];
    const scale = tf.reshape(inverseDeviation!, [batch, 1, 1, channels]);
    const normal = tf.mul(tf.sub(x!, tf.reshape(mean!, [batch, 1, 1, channels])), scale) as tf.Tensor4D;
    const dNormal = activationGradient(dy as tf.Tensor4D, normal, activation);
    const along = spatialMean(tf.mul(dNormal, normal) as tf.Tensor4D);
    return tf.mul(scale, tf.sub(tf.sub(dNormal, spatialMean(dNormal as tf.Tensor4D)), tf.mul(normal, along)));
  },
});

/**
 * Instance normalisation without affine parameters: each channel of each sample to mean 0 and variance 1 over height
 * and width, `y = (x - mean) / sqrt(variance + 1e-5)`, then the activation, then `residual` is added.
 *
 * Height or width of 1 with the other 1 as well gives 0 everywhere, as the formula says.
 *
 * @param x `[batch, height, width, channels]`
 * @param residual same shape; the skip connection of a residual block
 */
export function instanceNorm(x: tf.Tensor4D, rectifier: Rectifier, residual?: tf.Tensor4D): tf.Tensor4D {
  const attributes = { epsilon: EPSILON, ...activationAttributes(rectifier) };
  return normOp(residual === undefined ? { x } : { x, residual }, attributes)[0] as tf.Tensor4D;
}

/** Mean over height and width, kept as axes of 1; width first, since sequential float32 sums lose digits when long. */
function spatialMean(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mean(tf.mean(x, 2, true), 1, true);
}
