import * as tf from '@tensorflow/tfjs';
import { convolution } from '../ops/convolution.ts';
import { instanceNorm } from '../ops/instance-norm.ts';
import { type ParameterSpec, type Parameters, parameter } from './parameters.ts';
import { HALVING, KEEPING_3X3, KEEPING_7X7 } from './strides.ts';

export interface EncoderSettings {
  /** Channels after the first convolution. */
  readonly ngf: number;
  /** Residual blocks. */
  readonly blocks: number;
}

/** Parameters of {@link encoder} under `prefix`; convolutions before an instance norm have no bias, it would cancel. */
export function encoderSpecs(prefix: string, channels: number, { ngf, blocks }: EncoderSettings): ParameterSpec[] {
  const weight = (name: string, shape: number[]): ParameterSpec => ({
    name: `${prefix}.${name}.weight`,
    shape,
    initial: 'normal',
  });
  const residual = Array.from({ length: blocks }, (_, block) =>
    [0, 1].map((conv) => weight(`block${block}.conv${conv}`, [3, 3, 4 * ngf, 4 * ngf])),
  );
  return [
    weight('conv0', [7, 7, channels, ngf]),
    weight('conv1', [3, 3, ngf, 2 * ngf]),
    weight('conv2', [3, 3, 2 * ngf, 4 * ngf]),
    ...residual.flat(),
  ];
}

/**
 * The encoder f_GX (images) or f_GA (masks) of the set generator: a 7x7 convolution, two that halve the size, and
 * residual blocks (Johnson et al. 2016, as in CycleGAN).
 *
 * @param x `[batch, height, width, channels]`, height and width multiples of 4
 * @returns `[batch, height / 4, width / 4, 4 ngf]`
 */
export function encoder(
  parameters: Parameters,
  prefix: string,
  { blocks }: Pick<EncoderSettings, 'blocks'>,
  x: tf.Tensor4D,
): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  return tf.tidy(() => {
    let h = instanceNorm(convolution(x, weight('conv0'), KEEPING_7X7), { kind: 'relu' });
    h = instanceNorm(convolution(h, weight('conv1'), HALVING), { kind: 'relu' });
    h = instanceNorm(convolution(h, weight('conv2'), HALVING), { kind: 'relu' });
    for (let block = 0; block < blocks; block++) h = residualBlock(parameters, `${prefix}.block${block}`, h);
    return h;
  });
}

/** x plus two 3x3 convolutions of it; shapes stay. */
function residualBlock(parameters: Parameters, prefix: string, x: tf.Tensor4D): tf.Tensor4D {
  const weight = (name: string) => parameter(parameters, `${prefix}.${name}.weight`);
  return tf.tidy(() => {
    const h = instanceNorm(convolution(x, weight('conv0'), KEEPING_3X3), { kind: 'relu' });
    return instanceNorm(convolution(h, weight('conv1'), KEEPING_3X3), { kind: 'none' }, x);
  });
}
