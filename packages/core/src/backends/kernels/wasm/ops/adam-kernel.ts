import type { TensorInfo } from '@tensorflow/tfjs';
import type { AdamAttributes } from '../../../../ops/adam.ts';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** Values of a unit of work. */
const UNIT_VALUES = 16384;

interface AdamInputs {
  readonly parameters: readonly TensorInfo[];
  readonly gradients: readonly TensorInfo[];
  readonly m: readonly TensorInfo[];
  readonly v: readonly TensorInfo[];
  readonly rates: TensorInfo;
}

/** `AdamUpdate`: parameters, gradients, m, v and rates -> the parameters, then all m, then all v, as new tensors. */
export function adamUpdate(
  runner: KernelRunner,
  tensors: KernelTensors,
  { parameters, gradients, m, v, rates }: AdamInputs,
  { beta1, beta2, epsilon }: AdamAttributes,
): TensorInfo[] {
  const constants = [beta1, 1 - beta1, beta2, 1 - beta2].map(floatBits);
  const factors = [...constants, ...runner.words(tensors.address(rates), 2), floatBits(epsilon)];
  const updated = parameters.map((parameter, i) => {
    const { shape } = parameter;
    const outputs = [tensors.output(shape), tensors.output(shape), tensors.output(shape)] as const;
    const size = shape.reduce((product, length) => product * length, 1);
    const all = [parameter, gradients[i], m[i], v[i], ...outputs] as TensorInfo[];
    const words = [...all.map((tensor) => tensors.address(tensor)), size, UNIT_VALUES, ...factors];
    runner.run(JobKind.adam, words, ceilDiv(size, UNIT_VALUES), 20 * size);
    return outputs;
  });
  return [0, 1, 2].flatMap((part) => updated.map((outputs) => outputs[part] as TensorInfo));
}
