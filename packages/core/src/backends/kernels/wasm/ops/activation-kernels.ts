import type { TensorInfo } from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../../ops/activation.ts';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** Values of a unit of work. */
const UNIT_VALUES = 16384;

/** Applies an activation to the values of a tensor that has not been handed out yet. */
export function activate(
  runner: KernelRunner,
  tensors: KernelTensors,
  y: TensorInfo,
  attributes: ActivationAttributes,
): void {
  if (attributes.activation === 'none') return;
  const size = sizeOf(y);
  const words = [tensors.address(y), 0, 0, size, UNIT_VALUES, ...activationWords(attributes)];
  runner.run(JobKind.activation, words, ceilDiv(size, UNIT_VALUES), 10 * size);
}

/** `ActivationGradient`: dy and y -> the gradient of the activation's input. */
export function activationGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  { dy, y }: { readonly dy: TensorInfo; readonly y: TensorInfo },
  attributes: ActivationAttributes,
): TensorInfo {
  const dz = tensors.output(y.shape);
  const size = sizeOf(y);
  const addresses = [y, dy, dz].map((tensor) => tensors.address(tensor));
  const words = [...addresses, size, UNIT_VALUES, ...activationWords(attributes)];
  runner.run(JobKind.activationGradient, words, ceilDiv(size, UNIT_VALUES), 4 * size);
  return dz;
}

function activationWords({ activation, slope }: ActivationAttributes): number[] {
  return [activation === 'tanh' ? 1 : 0, floatBits(slope)];
}

function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((product, length) => product * length, 1);
}
