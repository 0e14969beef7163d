import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { type ParameterSpec, type Parameters, parameter } from '../../networks/parameters.ts';
import { HALVING, PATCHING } from '../../networks/strides.ts';
import { convolution } from '../../ops/convolution.ts';
import { instanceNorm } from '../../ops/instance-norm.ts';
import { setSum } from '../../ops/set-sum.ts';
import type { Discrimination } from '../translation-model.ts';

const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

export function featureSpecs(prefix: string, channels: number, ndf: number): ParameterSpec[] {
  return [
    { name: `${prefix}.conv0.weight`, shape: [4, 4, channels, ndf], initial: 'normal' },
    { name: `${prefix}.conv0.bias`, shape: [ndf], initial: 'zeros' },
    { name: `${prefix}.conv1.weight`, shape: [4, 4, ndf, 2 * ndf], initial: 'normal' },
    { name: `${prefix}.conv2.weight`, shape: [4, 4, 2 * ndf, 4 * ndf], initial: 'normal' },
  ];
}

/** @param inputs channels of the features that are classified */
export function classifierSpecs(inputs: number): ParameterSpec[] {
  return [
    { name: 'classifier.conv0.weight', shape: [4, 4, inputs, 2 * inputs], initial: 'normal' },
    { name: 'classifier.conv1.weight', shape: [4, 4, 2 * inputs, 1], initial: 'normal' },
    { name: 'classifier.conv1.bias', shape: [1], initial: 'zeros' },
  ];
}

export function setDiscriminatorSpecs(ndf: number): ParameterSpec[] {
  return [
    ...featureSpecs('imageFeatures', 3, ndf),
    ...featureSpecs('maskFeatures', 1, ndf),
    ...classifierSpecs(8 * ndf),
  ];
}

/**
 * Features of images (f_DX) or masks (f_DA): three convolutions that halve the size.
 *
 * @param x `[batch, height, width, channels]`
 * @returns what each convolution gives; the last is `[batch, height / 8, width / 8, 4 ndf]`, rounded down
 */
export function patchFeatures(parameters: Parameters, prefix: string, x: tf.Tensor4D): tf.Tensor4D[] {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  return tf.tidy(() => {
    const h0 = convolution(x, weight('conv0'), HALVING, bias, LEAKY);
    const h1 = instanceNorm(convolution(h0, weight('conv1'), HALVING), LEAKY);
    const h2 = instanceNorm(convolution(h1, weight('conv2'), HALVING), LEAKY);
    return [h0, h1, h2];
  });
}

/**
 * Patch scores of features: two 4x4 convolutions of stride 1.
 *
 * @param before features that `h` was computed from
 */
export function classifier(parameters: Parameters, h: tf.Tensor4D, before: readonly tf.Tensor4D[]): Discrimination {
  const weight = (name: string) => parameter(parameters, `classifier.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, 'classifier.conv1.bias');
  const hidden = instanceNorm(convolution(h, weight('conv0'), PATCHING), LEAKY);
  return { scores: convolution(hidden, weight('conv1'), PATCHING, bias), features: [...before, h, hidden] };
}

/**
 * The sum over each sample's instances of their mask features, sum_n f_DA(a_n).
 *
 * @returns `[counts.length, height / 8, width / 8, 4 ndf]`
 */
export function sumOfMaskFeatures(parameters: Parameters, masks: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D {
  return setSum(patchFeatures(parameters, 'maskFeatures', masks).at(-1) as tf.Tensor4D, counts);
}

/**
 * The set discriminator D (paper, section 2.2): g_D of f_DX(x) joined with sum_n f_DA(a_n).
 *
 * @param parameters with the convolutions' weights already spectrally normalised
 * @param earlier mask features of further instances, a constant added to the sum: those of earlier chunks
 * @returns the scores, and as features the first two layers of f_DX, what g_D is given, and its hidden layer
 */
export function setDiscriminator(
  parameters: Parameters,
  { image, masks, counts }: InstanceSet,
  earlier?: tf.Tensor4D,
): Discrimination {
  const maskSum = sumOfMaskFeatures(parameters, masks, counts);
  const [h0, h1, h2] = patchFeatures(parameters, 'imageFeatures', image) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  return classifier(parameters, tf.concat([h2, earlier ? tf.add(maskSum, earlier) : maskSum], 3), [h0, h1]);
}
