import * as tf from '@tensorflow/tfjs';
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
  /** Whether what changes from pixel to pixel is filtered out of the decoder's result, before it is brought into [-1, 1]. */
  readonly isSmooth: boolean;
}

const TRANSPOSED: UpsamplingLayer = {
  filter: (inputs, outputs) => [3, 3, outputs, inputs],
  apply: transposedConvolution,
  isSmooth: false,
};

const NEAREST: UpsamplingLayer = {
  filter: (inputs, outputs) => [3, 3, inputs, outputs],
  apply: (x, filter) => convolution(nearestUpsampling(x), filter, KEEPING_3X3),
  isSmooth: false,
};

const UPSAMPLING = {
  transposed: TRANSPOSED,
  nearest: NEAREST,
  smooth: { ...NEAREST, isSmooth: true },
} as const satisfies Record<string, UpsamplingLayer>;

/** From the result of the last convolution to values in [-1, 1]. */
const TANH = { kind: 'tanh' } as const;

export interface DecoderSettings {
  /**
   * How it doubles the size: by `transposed` convolutions, or by repeating the `nearest` pixel before a convolution, which leaves
   * less of a checkerboard (Odena et al. 2016). `smooth` does so too, and has nothing in its result that changes from pixel to pixel:
   * no checkerboard, and no stripes in which a cycle could hide what it must find again (Chu et al. 2017).
   * @default 'transposed', as the authors do
   */
  readonly upsampling?: keyof typeof UPSAMPLING;
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
  { upsampling = 'transposed' }: DecoderSettings,
  features: tf.Tensor4D,
): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  const bias = parameter<tf.Tensor1D>(parameters, `${prefix}.conv0.bias`);
  const { apply: double, isSmooth } = UPSAMPLING[upsampling];
  return tf.tidy(() => {
    let h = instanceNorm(double(features, weight('up0')), { kind: 'relu' });
    h = instanceNorm(double(h, weight('up1')), { kind: 'relu' });
    return isSmooth
      ? binomialBlur(convolution(h, weight('conv0'), KEEPING_7X7, bias), TANH)
      : convolution(h, weight('conv0'), KEEPING_7X7, bias, TANH);
  });
}
