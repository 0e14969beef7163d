import * as tf from '@tensorflow/tfjs';
import { type Parameters, parameter } from '../../networks/parameters.ts';
import { HALVING } from '../../networks/strides.ts';
import { convolution } from '../../ops/convolution.ts';
import type { Rng } from '../../random/rng.ts';
import { CROP_PX } from './object-crop.ts';

/** Channels before, between and after the convolutions that halve the size. */
const CHANNELS = [3, 16, 32, 48, 64];
/** Length of the feature vector. */
export const FEATURES = 64;
const LAST_PX = CROP_PX / 2 ** (CHANNELS.length - 1);
const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;
const WHOLE = { stride: 1, padding: [0, 0, 0, 0], border: 'zero' } as const;

/** Names and shapes of the weights. */
export const CLASSIFIER_SHAPES: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...CHANNELS.slice(1).map(
    (outputs, i) => [`convolution${i}`, [4, 4, CHANNELS[i] as number, outputs]] as [string, number[]],
  ),
  ['features', [LAST_PX, LAST_PX, CHANNELS.at(-1) as number, FEATURES]],
  ['domain', [1, 1, FEATURES, 1]],
]);

/** Normal values of variance 2 / inputs (He et al. 2015). */
export function freshClassifier(rng: Rng): Map<string, tf.Tensor> {
  const parameters = new Map<string, tf.Tensor>();
  for (const [layer, shape] of CLASSIFIER_SHAPES) {
    const outputs = shape.at(-1) as number;
    const size = shape.reduce((product, side) => product * side, 1);
    const deviation = Math.sqrt((2 * outputs) / size);
    const values = Float32Array.from({ length: size }, () => deviation * rng.normal());
    parameters.set(`${layer}.weight`, tf.tensor(values, [...shape]));
    parameters.set(`${layer}.bias`, tf.zeros([outputs]));
  }
  return parameters;
}

/**
 * Four 4x4 convolutions that halve the size, a fully connected layer of {@link FEATURES} values, and one that tells the domain; LeakyReLU
 * between them.
 *
 * @param crops `[batch, CROP_PX, CROP_PX, 3]`, values in [-1, 1]
 * @returns `logits` `[batch]`, above 0 for domain B, and `features` `[batch, FEATURES]`
 */
export function classify(parameters: Parameters, crops: tf.Tensor4D): { logits: tf.Tensor1D; features: tf.Tensor2D } {
  const layer = (name: string) =>
    [parameter(parameters, `${name}.weight`), parameter<tf.Tensor1D>(parameters, `${name}.bias`)] as const;
  let h = crops;
  for (let i = 0; i + 1 < CHANNELS.length; i++) {
    const [weight, bias] = layer(`convolution${i}`);
    h = convolution(h, weight, HALVING, bias, LEAKY);
  }
  const [inner, innerBias] = layer('features');
  const features = convolution(h, inner, WHOLE, innerBias, LEAKY);
  const [outer, outerBias] = layer('domain');
  const logits = convolution(features, outer, WHOLE, outerBias, { kind: 'none' });
  const [count] = crops.shape;
  return { logits: tf.reshape(logits, [count]), features: tf.reshape(features, [count, FEATURES]) };
}
