import * as tf from '@tensorflow/tfjs';
import type { InstanceSet } from '../../networks/instance-set.ts';
import { type ParameterSpec, type Parameters, parameter } from '../../networks/parameters.ts';
import { HALVING, PATCHING } from '../../networks/strides.ts';
import { convolution } from '../../ops/convolution.ts';
import { instanceNorm } from '../../ops/instance-norm.ts';
import { setSum } from '../../ops/set-sum.ts';
import type { Discrimination } from '../translation-model.ts';

const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

/** Those of the paper. */
const DISCRIMINATOR_LAYERS = 3;

/** What decides the size of a discriminator. */
export interface DiscriminatorSettings {
  /** Channels after the first convolution. */
  readonly ndf: number;
  /**
   * Convolutions that halve the size, `n_layers_D` in pix2pix (Isola et al. 2017). The convolutions that a patch score follows from
   * reach over a square of 9 * 2^layers - 2 pixels a side: the two of the classifier over 7 values of the last features, and each
   * layer over 2 more than twice as many as the one behind it. @default 3, which reach over 70, as in the paper
   */
  readonly discriminatorLayers?: number;
}

/** Channels of the features, in multiples of `ndf`: doubled from layer to layer up to 8 (Isola et al. 2017). */
function widthAfter(layers: number): number {
  return Math.min(2 ** (layers - 1), 8);
}

/** Parameters of {@link patchFeatures} under `prefix`. */
export function featureSpecs(
  prefix: string,
  channels: number,
  { ndf, discriminatorLayers = DISCRIMINATOR_LAYERS }: DiscriminatorSettings,
): ParameterSpec[] {
  const further = Array.from({ length: discriminatorLayers - 1 }, (_, i): ParameterSpec => {
    const shape = [4, 4, widthAfter(i + 1) * ndf, widthAfter(i + 2) * ndf];
    return { name: `${prefix}.conv${i + 1}.weight`, shape, initial: 'normal' };
  });
  return [
    { name: `${prefix}.conv0.weight`, shape: [4, 4, channels, ndf], initial: 'normal' },
    { name: `${prefix}.conv0.bias`, shape: [ndf], initial: 'zeros' },
    ...further,
  ];
}

/**
 * Parameters of {@link classifier}.
 *
 * @param sources how many features are joined: those of images, and of masks where there are any
 */
export function classifierSpecs(
  sources: 1 | 2,
  { ndf, discriminatorLayers = DISCRIMINATOR_LAYERS }: DiscriminatorSettings,
): ParameterSpec[] {
  const inputs = sources * widthAfter(discriminatorLayers) * ndf;
  const hidden = sources * widthAfter(discriminatorLayers + 1) * ndf;
  return [
    { name: 'classifier.conv0.weight', shape: [4, 4, inputs, hidden], initial: 'normal' },
    { name: 'classifier.conv1.weight', shape: [4, 4, hidden, 1], initial: 'normal' },
    { name: 'classifier.conv1.bias', shape: [1], initial: 'zeros' },
  ];
}

export function setDiscriminatorSpecs(settings: DiscriminatorSettings): ParameterSpec[] {
  return [
    ...featureSpecs('imageFeatures', 3, settings),
    ...featureSpecs('maskFeatures', 1, settings),
    ...classifierSpecs(2, settings),
  ];
}

/**
 * Features of images (f_DX) or masks (f_DA): as many convolutions that halve the size as there are parameters for.
 *
 * @param x `[batch, height, width, channels]`
 * @returns what each convolution gives; that of the n-th is `[batch, height / 2^n, width / 2^n, min(2^(n-1), 8) ndf]`, rounded down
 */
export function patchFeatures(parameters: Parameters, prefix: string, x: tf.Tensor4D): tf.Tensor4D[] {
  const weight = (layer: number) => parameter(parameters, `${prefix}.conv${layer}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  return tf.tidy(() => {
    let h = convolution(x, weight(0), HALVING, bias, LEAKY);
    const features = [h];
    for (let layer = 1; parameters.has(`${prefix}.conv${layer}.weight`); layer++) {
      h = instanceNorm(convolution(h, weight(layer), HALVING), LEAKY);
      features.push(h);
    }
    return features;
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
 * @returns as large as the last of {@link patchFeatures}, `[counts.length, height / 8, width / 8, 4 ndf]` in the paper's model
 */
export function sumOfMaskFeatures(parameters: Parameters, masks: tf.Tensor4D, counts: readonly number[]): tf.Tensor4D {
  return setSum(patchFeatures(parameters, 'maskFeatures', masks).at(-1) as tf.Tensor4D, counts);
}

/**
 * The set discriminator D (paper, section 2.2): g_D of f_DX(x) joined with sum_n f_DA(a_n).
 *
 * @param parameters with the convolutions' weights already spectrally normalised
 * @param earlier mask features of further instances, a constant added to the sum: those of earlier chunks
 * @returns the scores, and as features all layers of f_DX but the last, what g_D is given, and its hidden layer
 */
export function setDiscriminator(
  parameters: Parameters,
  { image, masks, counts }: InstanceSet,
  earlier?: tf.Tensor4D,
): Discrimination {
  const maskSum = sumOfMaskFeatures(parameters, masks, counts);
  const features = patchFeatures(parameters, 'imageFeatures', image);
  const last = features.pop() as tf.Tensor4D;
  return classifier(parameters, tf.concat([last, earlier ? tf.add(maskSum, earlier) : maskSum], 3), features);
}
