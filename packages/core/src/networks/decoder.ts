import * as tf from '@tensorflow/tfjs';
import { convolution, transposedConvolution } from '../ops/convolution.ts';
import { instanceNorm } from '../ops/instance-norm.ts';
import { type ParameterSpec, type Parameters, parameter } from './parameters.ts';
import { KEEPING_7X7 } from './strides.ts';

/** Parameters of {@link decoder} under `prefix`; `width` is a quarter of the channels that come in. */
export function decoderSpecs(prefix: string, width: number, channels: number): ParameterSpec[] {
  return [
    { name: `${prefix}.up0.weight`, shape: [3, 3, 2 * width, 4 * width], initial: 'normal' },
    { name: `${prefix}.up1.weight`, shape: [3, 3, width, 2 * width], initial: 'normal' },
    { name: `${prefix}.conv0.weight`, shape: [7, 7, width, channels], initial: 'normal' },
    { name: `${prefix}.conv0.bias`, shape: [channels], initial: 'zeros' },
  ];
}

/**
 * The decoder g_GX (images) or g_GA (masks) of the set generator: two transposed convolutions that double the size and
 * a 7x7 convolution to values in [-1, 1].
 *
 * @param features `[batch, height, width, 4 width]`
 * @returns `[batch, 4 height, 4 width, channels]`
 */
export function decoder(parameters: Parameters, prefix: string, features: tf.Tensor4D): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  return tf.tidy(() => {
    let h = instanceNorm(transposedConvolution(features, weight('up0')), { kind: 'relu' });
    h = instanceNorm(transposedConvolution(h, weight('up1')), { kind: 'relu' });
    return convolution(h, weight('conv0'), KEEPING_7X7, bias, { kind: 'tanh' });
  });
}
