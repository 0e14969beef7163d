import {
  convolution,
  HALVING,
  instanceNorm,
  PATCHING,
  type ParameterSpec,
  type Parameters,
  parameter,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';

const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

/** @param outputs channels that are scored together with the 3 of the image */
export function patchDiscriminatorSpecs(outputs: number, ndf: number): ParameterSpec[] {
  return [
    { name: 'conv0.weight', shape: [4, 4, 3 + outputs, ndf], initial: 'normal' },
    { name: 'conv0.bias', shape: [ndf], initial: 'zeros' },
    { name: 'conv1.weight', shape: [4, 4, ndf, 2 * ndf], initial: 'normal' },
    { name: 'conv2.weight', shape: [4, 4, 2 * ndf, 4 * ndf], initial: 'normal' },
    { name: 'conv3.weight', shape: [4, 4, 4 * ndf, 8 * ndf], initial: 'normal' },
    { name: 'conv4.weight', shape: [4, 4, 8 * ndf, 1], initial: 'normal' },
    { name: 'conv4.bias', shape: [1], initial: 'zeros' },
  ];
}

/**
 * The conditional 70x70 PatchGAN of pix2pix (Isola et al. 2017, section 3.2.2), with instance normalisation: scores for each
 * patch of 70x70 pixels whether a mask is the true one of its image.
 *
 * @param image `[batch, height, width, 3]`
 * @param masks `[batch, height, width, outputs]`, true or predicted
 * @returns patch scores `[batch, height / 8 - 2, width / 8 - 2, 1]`, 1 for true and 0 for predicted
 */
export function patchDiscriminator(parameters: Parameters, image: tf.Tensor4D, masks: tf.Tensor4D): tf.Tensor4D {
  const weight = (layer: number) => parameter(parameters, `conv${layer}.weight`);
  const bias = (layer: number) => parameter<tf.Tensor1D>(parameters, `conv${layer}.bias`);
  return tf.tidy(() => {
    let h = convolution(tf.concat([image, masks], 3), weight(0), HALVING, bias(0), LEAKY);
    h = instanceNorm(convolution(h, weight(1), HALVING), LEAKY);
    h = instanceNorm(convolution(h, weight(2), HALVING), LEAKY);
    h = instanceNorm(convolution(h, weight(3), PATCHING), LEAKY);
    return convolution(h, weight(4), PATCHING, bias(4));
  });
}
