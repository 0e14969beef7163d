import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** Values of a unit of work; part of the result's bits, so independent of the threads. */
const UNIT_VALUES = 16384;

export interface ReductionAttributes {
  /** Absent or empty: all. */
  readonly axis?: number | readonly number[] | null;
  readonly keepDims?: boolean;
}

/** A reduction of `[outer, length, inner]` along `length`, and the shape of its result. */
interface Plan {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly shape: number[];
}

/** The plan of a reduction whose axes lie side by side; null for others, and for empty tensors. */
export function reductionPlan(shape: readonly number[], { axis, keepDims = false }: ReductionAttributes): Plan | null {
  const given = (typeof axis === 'number' ? [axis] : (axis ?? [])).map((a) => (a < 0 ? a + shape.length : a));
  const axes = given.length === 0 ? shape.map((_, a) => a) : given;
  const reduced = new Set(axes);
  const long = axes.filter((a) => (shape[a] as number) !== 1);
  const first = Math.min(...long);
  const last = Math.max(...long);
  const product = (test: (a: number) => boolean) =>
    shape.reduce((total, size, a) => (test(a) ? total * size : total), 1);
  if (product(() => true) === 0) return null;
  for (let a = first; a <= last; a++) if (!reduced.has(a) && shape[a] !== 1) return null;
  const result = keepDims
    ? shape.map((size, a) => (reduced.has(a) ? 1 : size))
    : shape.filter((_, a) => !reduced.has(a));
  if (long.length === 0) return { outer: product(() => true), length: 1, inner: 1, shape: result };
  return {
    outer: product((a) => a < first),
    length: product((a) => a >= first && a <= last),
    inner: product((a) => a > last),
    shape: result,
  };
}

/** `Sum` or `Mean` of float32 values, summed in float64. */
export function reduce(
  runner: KernelRunner,
  tensors: KernelTensors,
  x: TensorInfo,
  { outer, length, inner, shape }: Plan,
  scale: 'sum' | 'mean',
): TensorInfo {
  const y = tensors.output(shape);
  const outerPerUnit = Math.max(1, Math.round(UNIT_VALUES / (length * inner)));
  runner.run(
    JobKind.reduce,
    [tensors.address(x), tensors.address(y), outer, length, inner, floatBits(scale === 'sum' ? 1 : 0), outerPerUnit],
    ceilDiv(outer, outerPerUnit),
    2 * outer * length * inner,
  );
  return y;
}

/** `ChannelSum`: x -> its sums over all but the last axis. */
export function channelSum(
  runner: KernelRunner,
  tensors: KernelTensors,
  { x }: { readonly x: TensorInfo },
): TensorInfo {
  const inner = x.shape.at(-1) as number;
  const length = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return reduce(runner, tensors, x, { outer: 1, length, inner, shape: [inner] }, 'sum');
}

/** `AbsoluteDifferenceSum`: x and target -> `scale` times the sum of |x - target|. */
export function absoluteDifferenceSum(
  runner: KernelRunner,
  tensors: KernelTensors,
  { x, target }: { readonly x: TensorInfo; readonly target: TensorInfo },
  { scale }: { readonly scale: number },
): TensorInfo {
  const size = x.shape.reduce((product, length) => product * length, 1);
  const sum = tensors.output([]);
  const units = ceilDiv(size, UNIT_VALUES);
  const partial = runner.scratch(8 * units);
  const addresses = [tensors.address(x), tensors.address(target), partial];
  const words = [...addresses, size, UNIT_VALUES, tensors.address(sum), floatBits(scale)];
  runner.run(JobKind.absoluteDifference, words, units, 4 * size);
  runner.run(JobKind.absoluteDifferenceTotal, words, 1, 0);
  return sum;
}
