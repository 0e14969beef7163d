import * as tf from '@tensorflow/tfjs';
import { convolution } from '../ops/convolution.ts';
import { instanceNorm } from '../ops/instance-norm.ts';
import { setSum } from '../ops/set-sum.ts';
import type { InstanceSet } from './instance-set.ts';
import { type ParameterSpec, type Parameters, parameter } from './parameters.ts';
import { HALVING, PATCHING } from './strides.ts';

const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

export function featureSpecs(prefix: string, channels: number, ndf: number): ParameterSpec[] {
  return [
    { name: `${prefix}.conv0.weight`, shape: [4, 4, channels, ndf], initial: 'normal' },
    { name: `${prefix}.conv0.bias`, shape: [ndf], initial: 'zeros' },
    { name: `${prefix}.conv1.weight`, shape: [4, 4, ndf, 2 * ndf], initial: 'normal' },
    { name: `${prefix}.conv2.weight`, shape: [4, 4, 2 * ndf, 4 * ndf], initial: 'normal' },
  ];
}

/** @param inputs channels of the features that are judged */
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
 * @returns `[batch, height / 8, width / 8, 4 ndf]`, rounded down
 */
export function discriminatorFeatures(parameters: Parameters, prefix: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  return tf.tidy(() => {
    let h = convolution(x, weight('conv0'), HALVING, bias, LEAKY);
    h = instanceNorm(convolution(h, weight('conv1'), HALVING), LEAKY);
    return instanceNorm(convolution(h, weight('conv2'), HALVING), LEAKY);
  });
}

/** Patch scores of features: two 4x4 convolutions of stride 1. */
export function classifier(parameters: Parameters, features: tf.Tensor4D): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `classifier.${name}.weight`);
  const h = instanceNorm(convolution(features, weight('conv0'), PATCHING), LEAKY);
  return convolution(h, weight('conv1'), PATCHING, parameter<tf.Tensor1D>(parameters, 'classifier.conv1.bias'));
}

/**
 * The sum over each sample's instances of their mask features, sum_n f_DA(a_n).
 *
 * @returns `[counts.length, height / 8, width / 8, 4 ndf]`
 */
export function sumOfMaskFeatures(parameters: Parameters, masks: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D {
  return setSum(discriminatorFeatures(parameters, 'maskFeatures', masks), counts);
}

/**
 * The set discriminator D (paper, section 2.2): g_D of f_DX(x) joined with sum_n f_DA(a_n).
 *
 * @param parameters with the convolutions' weights already spectrally normalised
 * @param settled mask features of further instances, a constant added to the sum: those of earlier chunks
 * @returns patch scores `[batch, height / 8 - 2, width / 8 - 2, 1]`, 1 for real and 0 for fake
 */
export function setDiscriminator(
  parameters: Parameters,
  { image, masks, counts }: InstanceSet,
  settled?: tf.Tensor4D,
): tf.Tensor4D {
  const maskSum = sumOfMaskFeatures(parameters, masks, counts);
  const imageFeatures = discriminatorFeatures(parameters, 'imageFeatures', image);
  return classifier(parameters, tf.concat([imageFeatures, settled ? tf.add(maskSum, settled) : maskSum], 3));
}
