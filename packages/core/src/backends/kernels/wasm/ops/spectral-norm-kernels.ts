import type { TensorInfo } from '@tensorflow/tfjs';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** `PowerIteration`: weights and us -> the next us, then the vs. */
export function powerIteration(
  runner: KernelRunner,
  tensors: KernelTensors,
  { weights, us }: { readonly weights: readonly TensorInfo[]; readonly us: readonly TensorInfo[] },
): TensorInfo[] {
  const next = weights.map((weight, i) => {
    const { rows, columns } = matrixOf(weight);
    const [u, v] = [tensors.output([columns]), tensors.output([rows])];
    const vectors = [tensors.address(us[i] as TensorInfo), 0, tensors.address(u), tensors.address(v)];
    runner.run(JobKind.powerIteration, [tensors.address(weight), rows, columns, ...vectors], 1, 0);
    return { u, v };
  });
  return [...next.map(({ u }) => u), ...next.map(({ v }) => v)];
}

/** `SpectralNorm`: weight, u and v -> the normalised weight and sigma. */
export function spectralNorm(
  runner: KernelRunner,
  tensors: KernelTensors,
  { weight, u, v }: { readonly weight: TensorInfo; readonly u: TensorInfo; readonly v: TensorInfo },
): TensorInfo[] {
  const { rows, columns } = matrixOf(weight);
  const [normalised, sigma] = [tensors.output(weight.shape), tensors.output([])];
  const words = [tensors.address(weight), rows, columns, tensors.address(u), tensors.address(v), 0, 0];
  runner.run(JobKind.spectralNorm, [...words, tensors.address(normalised), tensors.address(sigma)], 1, 0);
  return [normalised, sigma];
}

/** `SpectralNormGradient`: dy, u, v, the normalised weight and sigma -> the gradient of the weight. */
export function spectralNormGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: Readonly<Record<'dy' | 'u' | 'v' | 'normalised' | 'sigma', TensorInfo>>,
): TensorInfo {
  const { rows, columns } = matrixOf(inputs.normalised);
  const gradient = tensors.output(inputs.normalised.shape);
  const [normalised, u, v] = [inputs.normalised, inputs.u, inputs.v].map((each) => tensors.address(each));
  const results = [gradient, inputs.sigma, inputs.dy].map((each) => tensors.address(each));
  runner.run(JobKind.spectralNormGradient, [normalised!, rows, columns, u!, v!, 0, 0, ...results], 1, 0);
  return gradient;
}

/** A filter as the matrix `[kernel * inputs, outputs]`. */
function matrixOf({ shape }: TensorInfo) {
  const columns = shape.at(-1) as number;
  return { rows: shape.slice(0, -1).reduce((product, size) => product * size, 1), columns };
}
