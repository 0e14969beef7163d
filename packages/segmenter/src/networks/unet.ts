import {
  convolution,
  convolutionInputGradient,
  HALVING,
  instanceNorm,
  KEEPING_3X3,
  type ParameterSpec,
  type Parameters,
  parameter,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { unetMultiplePx } from '../config/unet-multiple.ts';

export interface UnetSize {
  /** Channels after the first convolution. */
  readonly ngf: number;
  /** How often height and width are halved, at least 2. */
  readonly levels: number;
  /** Channels of the output. */
  readonly outputs: number;
  /** Channels of two 3x3 convolutions at full size that refine the outlines; 0 for none, as in pix2pix. */
  readonly refine: number;
}

const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;
const RELU = { kind: 'relu' } as const;

/** Channels after the halving number `level`, 0 for the first. */
function channelsAt(level: number, ngf: number): number {
  return ngf * Math.min(8, 2 ** level);
}

/** Convolutions before an instance norm have no bias, it would cancel. */
export function unetSpecs({ ngf, levels, outputs, refine }: UnetSize): ParameterSpec[] {
  const steps = Array.from({ length: levels }, (_, level): ParameterSpec[] => {
    const inputs = level === 0 ? 3 : channelsAt(level - 1, ngf);
    const channels = channelsAt(level, ngf);
    const isInnermost = level === levels - 1;
    const down: ParameterSpec[] = [
      { name: `down${level}.weight`, shape: [4, 4, inputs, channels], initial: 'normal' },
      ...(level === 0 || isInnermost
        ? ([{ name: `down${level}.bias`, shape: [channels], initial: 'zeros' }] as const)
        : []),
    ];
    const out = level === 0 ? refine || outputs : inputs;
    const up: ParameterSpec[] = [
      { name: `up${level}.weight`, shape: [4, 4, out, isInnermost ? channels : 2 * channels], initial: 'normal' },
      ...(level === 0 && refine === 0 ? ([{ name: 'up0.bias', shape: [outputs], initial: 'zeros' }] as const) : []),
    ];
    return [...down, ...up];
  }).flat();
  if (refine === 0) return steps;
  return [
    ...steps,
    { name: 'refine0.weight', shape: [3, 3, refine + 3, refine], initial: 'normal' },
    { name: 'refine1.weight', shape: [3, 3, refine, outputs], initial: 'normal' },
    { name: 'refine1.bias', shape: [outputs], initial: 'zeros' },
  ];
}

/**
 * The U-Net generator of pix2pix (Isola et al. 2017, section 3.2.1; Ronneberger et al. 2015), with instance normalisation:
 * `levels` 4x4 convolutions of stride 2, as many transposed ones back up, each of which also sees the features of its size
 * from the way down. At its end pix2pix draws the output from features of half the size; with `refine`, features of the full
 * size and the image itself decide on the last pixel.
 *
 * @param image `[batch, height, width, 3]`, values in [-1, 1], height and width multiples of {@link unetMultiplePx}
 * @returns `[batch, height, width, outputs]`, values in [-1, 1]
 * @throws Error if height or width is not such a multiple
 */
export function unet(parameters: Parameters, { levels, outputs, refine }: UnetSize, image: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = image.shape;
  const multiple = unetMultiplePx(levels);
  if (height % multiple !== 0 || width % multiple !== 0) {
    throw new Error(`The U-Net takes sizes that are multiples of ${multiple}, not ${height}x${width}.`);
  }
  const weight = (name: string) => parameter(parameters, `${name}.weight`);
  const bias = (name: string) => parameter<tf.Tensor1D>(parameters, `${name}.bias`);
  return tf.tidy(() => {
    // Features on the way down, after their leaky ReLU; its sign is kept, so a ReLU of them is that of what came before.
    const features: tf.Tensor4D[] = [];
    let h = convolution(image, weight('down0'), HALVING, bias('down0'), LEAKY);
    features.push(h);
    for (let level = 1; level < levels - 1; level++) {
      h = instanceNorm(convolution(h, weight(`down${level}`), HALVING), LEAKY);
      features.push(h);
    }
    const innermost = `down${levels - 1}`;
    h = convolution(h, weight(innermost), HALVING, bias(innermost), RELU);
    for (let level = levels - 1; level > 0; level--) {
      const below = features[level - 1] as tf.Tensor4D;
      h = instanceNorm(convolutionInputGradient(h, weight(`up${level}`), below.shape, HALVING), RELU);
      h = tf.concat([tf.relu(below), h], 3);
    }
    const [batch] = image.shape;
    const y = convolutionInputGradient(h, weight('up0'), [batch, height, width, refine || outputs], HALVING);
    if (refine === 0) return tf.tanh(tf.add(y, bias('up0')));
    h = tf.concat([instanceNorm(y, RELU), image], 3);
    h = instanceNorm(convolution(h, weight('refine0'), KEEPING_3X3), RELU);
    return convolution(h, weight('refine1'), KEEPING_3X3, bias('refine1'), { kind: 'tanh' });
  });
}
