import type { TensorInfo } from '@tensorflow/tfjs';
import { floatBits, parts } from '../arithmetic.ts';
import { JobKind } from './job-kind.ts';
import type { KernelRunner, KernelTensors } from './kernel-runner.ts';

/** Values of a unit of work. */
const UNIT_VALUES = 16384;

export interface AdamAttributes {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 at the first update. */
  readonly step: number;
}

/** `AdamUpdate`: parameter, gradient, m and v -> all but the gradient, as new tensors. */
export function adamUpdate(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: Readonly<Record<'parameter' | 'gradient' | 'm' | 'v', TensorInfo>>,
  { learningRate, beta1, beta2, epsilon, step }: AdamAttributes,
): TensorInfo[] {
  const { shape } = inputs.parameter;
  const outputs = [tensors.output(shape), tensors.output(shape), tensors.output(shape)];
  const size = shape.reduce((product, length) => product * length, 1);
  const factors = [
    ...[beta1, 1 - beta1, beta2, 1 - beta2],
    ...[learningRate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step), epsilon],
  ];
  const all = [inputs.parameter, inputs.gradient, inputs.m, inputs.v, ...outputs];
  const words = [...all.map((tensor) => tensors.address(tensor)), size, UNIT_VALUES, ...factors.map(floatBits)];
  runner.run(JobKind.adam, words, parts(size, UNIT_VALUES), 20 * size);
  return outputs;
}
