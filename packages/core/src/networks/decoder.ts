import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../ops/activation.ts';
import { binomialBlur } from '../ops/binomial-blur.ts';
import { convolution, transposedConvolution } from '../ops/convolution.ts';
import { instanceNorm } from '../ops/instance-norm.ts';
import { nearestUpsampling } from '../ops/nearest-upsampling.ts';
import { type ParameterSpec, type Parameters, parameter } from './parameters.ts';
import { KEEPING_3X3, KEEPING_7X7 } from './strides.ts';

/** A layer that doubles height and width. */
interface UpsamplingLayer {
  /** Shape of its 3x3 filter. */
  readonly filter: (inputs: number, outputs: number) => number[];
  /** `[batch, height, width, inputs]` to `[batch, 2 height, 2 width, outputs]`. */
  readonly apply: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor4D;
}

const UPSAMPLING = {
  transposed: { filter: (inputs, outputs) => [3, 3, outputs, inputs], apply: transposedConvolution },
  nearest: {
    filter: (inputs, outputs) => [3, 3, inputs, outputs],
    apply: (x, filter) => convolution(nearestUpsampling(x), filter, KEEPING_3X3),
  },
} as const satisfies Record<string, UpsamplingLayer>;

/** From the result of the last convolution to values in [-1, 1]. */
const TANH = { kind: 'tanh' } as const;

/** The last convolution, and what brings its result into [-1, 1]. */
type Output = (convolve: (activation: Activation) => tf.Tensor4D) => tf.Tensor4D;

const OUTPUT = {
  none: (convolve) => convolve(TANH),
  binomial: (convolve) => binomialBlur(convolve({ kind: 'none' }), TANH),
} as const satisfies Record<string, Output>;

export interface DecoderSettings {
  /**
   * How it doubles the size: by `transposed` convolutions, or by repeating the `nearest` pixel before a convolution, which leaves
   * less of a checkerboard (Odena et al. 2016). @default 'transposed', as the authors do
   */
  readonly upsampling?: keyof typeof UPSAMPLING;
  /**
   * What is filtered out of its result before that is brought into [-1, 1]: nothing, or what changes from pixel to pixel (`binomial`).
   * Then there is no checkerboard, and there are no stripes in which a cycle could hide what it must find again (Chu et al. 2017).
   * @default 'none', as the authors do
   */
  readonly outputFilter?: keyof typeof OUTPUT;
}

/** Parameters of {@link decoder} under `prefix`; `width` is a quarter of the channels that come in. */
export function decoderSpecs(
  prefix: string,
  width: number,
  channels: number,
  { upsampling = 'transposed' }: DecoderSettings,
): ParameterSpec[] {
  const { filter } = UPSAMPLING[upsampling];
  return [
    { name: `${prefix}.up0.weight`, shape: filter(4 * width, 2 * width), initial: 'normal' },
    { name: `${prefix}.up1.weight`, shape: filter(2 * width, width), initial: 'normal' },
    { name: `${prefix}.conv0.weight`, shape: [7, 7, width, channels], initial: 'normal' },
    { name: `${prefix}.conv0.bias`, shape: [channels], initial: 'zeros' },
  ];
}

/**
 * The decoder g_GX (images) or g_GA (masks) of the set generator: two layers that double the size and a 7x7 convolution to
 * values in [-1, 1].
 *
 * @param features `[batch, height, width, 4 width]`
 * @returns `[batch, 4 height, 4 width, channels]`
 */
export function decoder(
  parameters: Parameters,
  prefix: string,
  { upsampling = 'transposed', outputFilter = 'none' }: DecoderSettings,
  features: tf.Tensor4D,
): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  const double = UPSAMPLING[upsampling].apply;
  return tf.tidy(() => {
    let h = instanceNorm(double(features, weight('up0')), { kind: 'relu' });
    h = instanceNorm(double(h, weight('up1')), { kind: 'relu' });
    return OUTPUT[outputFilter]((activation) => convolution(h, weight('conv0'), KEEPING_7X7, bias, activation));
  });
}
