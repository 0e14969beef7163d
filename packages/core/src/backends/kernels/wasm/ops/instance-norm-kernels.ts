import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

export interface ActivationAttributes {
  readonly activation: 'none' | 'relu' | 'leakyRelu';
  readonly slope: number;
}

/** Values of a block whose sums are taken together; part of the result's bits, so independent of the threads. */
const BLOCK_VALUES = 8192;

/** `InstanceNorm`: x and residual? -> y, mean and inverse deviation. */
export function instanceNorm(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: { readonly x: TensorInfo; readonly residual?: TensorInfo },
  { epsilon, ...attributes }: ActivationAttributes & { readonly epsilon: number },
): TensorInfo[] {
  const shape = inputs.x.shape as [number, number, number, number];
  const y = tensors.output(shape);
  const mean = tensors.output([shape[0], shape[3]]);
  const inverseDeviation = tensors.output([shape[0], shape[3]]);
  const plan = planOf(shape);
  const words = [
    ...[tensors.address(inputs.x), tensors.address(y)],
    ...[inputs.residual === undefined ? 0 : tensors.address(inputs.residual), ...plan.words],
    ...[runner.scratch(plan.sumsBytes), tensors.address(mean), tensors.address(inverseDeviation), 0],
    ...[...activationWords(attributes), floatBits(epsilon)],
  ];
  runner.run(JobKind.normSums, words, plan.units, 4 * plan.values);
  runner.run(JobKind.normStatistics, words, shape[0], 0);
  runner.run(JobKind.normValues, words, plan.units, 4 * plan.values);
  return [y, mean, inverseDeviation];
}

/** `InstanceNormGradient`: dy, x, mean and inverse deviation -> dx. */
export function instanceNormGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: {
    readonly dy: TensorInfo;
    readonly x: TensorInfo;
    readonly mean: TensorInfo;
    readonly inverseDeviation: TensorInfo;
  },
  attributes: ActivationAttributes,
): TensorInfo {
  const shape = inputs.x.shape as [number, number, number, number];
  const dx = tensors.output(shape);
  const plan = planOf(shape);
  const sums = runner.scratch(plan.sumsBytes + 8 * shape[0] * shape[3]);
  const words = [
    ...[tensors.address(inputs.x), tensors.address(dx), tensors.address(inputs.dy), ...plan.words],
    ...[sums, tensors.address(inputs.mean), tensors.address(inputs.inverseDeviation), sums + plan.sumsBytes],
    ...activationWords(attributes),
  ];
  runner.run(JobKind.normGradientSums, words, plan.units, 8 * plan.values);
  runner.run(JobKind.normGradientMeans, words, shape[0], 0);
  runner.run(JobKind.normGradientValues, words, plan.units, 8 * plan.values);
  return dx;
}

function planOf([samples, height, width, channels]: readonly [number, number, number, number]) {
  const pixels = height * width;
  const blockPixels = Math.min(pixels, Math.max(1, Math.round(BLOCK_VALUES / channels)));
  const blocks = ceilDiv(pixels, blockPixels);
  return {
    words: [pixels, channels, blockPixels, blocks],
    units: samples * blocks,
    values: samples * pixels * channels,
    sumsBytes: 16 * samples * blocks * channels,
  };
}

function activationWords({ activation, slope }: ActivationAttributes): number[] {
  return activation === 'none' ? [0, 0] : [1, floatBits(activation === 'relu' ? 0 : slope)];
}
