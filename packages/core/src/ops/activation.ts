import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

/** The activation after a normalisation; `slope` is the factor for negative values of a leaky ReLU. */
export type Rectifier = { readonly kind: 'none' | 'relu' } | { readonly kind: 'leakyRelu'; readonly slope: number };

/** The activation after a convolution. */
export type Activation = Rectifier | { readonly kind: 'tanh' };

/** An activation as attributes of an op; the slope is 0 where the kind has none. */
export interface ActivationAttributes {
  readonly activation: Activation['kind'];
  readonly slope: number;
}

export function activationAttributes(activation: Activation): ActivationAttributes {
  return { activation: activation.kind, slope: activation.kind === 'leakyRelu' ? activation.slope : 0 };
}

/** The activation in stock ops. */
export function activate<T extends tf.Tensor>(x: T, { activation, slope }: ActivationAttributes): T {
  if (activation === 'relu') return tf.relu(x);
  if (activation === 'leakyRelu') return tf.leakyRelu(x, slope);
  return activation === 'tanh' ? tf.tanh(x) : x;
}

const gradientOp = defineOp<ActivationAttributes>({
  name: 'ActivationGradient',
  reference: ({ dy, y }, { activation, slope }) => {
    if (activation === 'tanh') return tf.mul(dy!, tf.sub(1, tf.square(y!)));
    return tf.where(tf.greater(y!, 0), dy!, tf.mul(dy!, slope));
  },
});

/**
 * The gradient with respect to an activation's input, from its output: the rectifiers keep the sign, and
 * tanh' = 1 - tanh^2.
 *
 * @param dy gradient of the output
 * @param y the output, same shape
 */
export function activationGradient<T extends tf.Tensor>(dy: T, y: T, attributes: ActivationAttributes): T {
  return attributes.activation === 'none' ? dy : (gradientOp({ dy, y }, attributes)[0] as T);
}
