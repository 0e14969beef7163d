import * as tf from '@tensorflow/tfjs';
import type { Parameters } from '../networks/parameters.ts';

/**
 * An exponential moving average of a network's parameters over its updates (Yazıcı et al. 2019): steadier than the parameters,
 * which circle around a solution while two networks play against each other. Tensors are kept until replaced or disposed.
 */
export class AveragedParameters {
  readonly parameters: Map<string, tf.Tensor>;

  /** Takes ownership of the tensors. */
  constructor(parameters: Map<string, tf.Tensor>) {
    this.parameters = parameters;
    for (const tensor of parameters.values()) tf.keep(tensor);
  }

  /**
   * average += rate (trained - average), of all parameters.
   *
   * @param trained after the update
   * @param rate see {@link averageRate}
   */
  update(trained: Parameters, rate: tf.Scalar): void {
    for (const [name, before] of this.parameters) {
      const after = tf.tidy(() => tf.add(before, tf.mul(tf.sub(trained.get(name) as tf.Tensor, before), rate)));
      this.parameters.set(name, tf.keep(after));
      before.dispose();
    }
  }

  dispose(): void {
    tf.dispose([...this.parameters.values()]);
  }
}

/**
 * The share of the newest parameters in the average: 1 - decay, and more in the first updates, so that the initial parameters
 * are soon forgotten, as in TensorFlow's ExponentialMovingAverage.
 *
 * @param step 1 at the first update
 */
export function averageRate(decay: number, step: number): tf.Scalar {
  return tf.scalar(1 - Math.min(decay, (1 + step) / (10 + step)));
}
