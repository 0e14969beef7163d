import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** Values of a unit of work. */
const UNIT_VALUES = 16384;

interface Counts {
  readonly counts: readonly number[];
}

/** `SetSum`: x `[sum of counts, ...]` -> the sum of each sample's own rows, `[samples, ...]`. */
export function setSum(
  runner: KernelRunner,
  tensors: KernelTensors,
  { x }: { readonly x: TensorInfo },
  { counts }: Counts,
): TensorInfo {
  const [, ...row] = x.shape;
  const size = row.reduce((product, length) => product * length, 1);
  const y = tensors.output([counts.length, ...row]);
  let [from, to] = [tensors.address(x), tensors.address(y)];
  for (const count of counts) {
    runner.run(JobKind.setSum, [from, to, count, size, UNIT_VALUES], ceilDiv(size, UNIT_VALUES), 2 * count * size);
    from += 4 * count * size;
    to += 4 * size;
  }
  return y;
}

/** `SetSpread`: x `[samples, ...]` -> each sample's row once for each of its instances, `[sum of counts, ...]`. */
export function setSpread(
  runner: KernelRunner,
  tensors: KernelTensors,
  { x }: { readonly x: TensorInfo },
  { counts }: Counts,
): TensorInfo {
  const [, ...row] = x.shape;
  const size = row.reduce((product, length) => product * length, 1);
  const y = tensors.output([counts.reduce((total, count) => total + count, 0), ...row]);
  let [from, to] = [tensors.address(x), tensors.address(y)];
  for (const count of counts) {
    runner.run(JobKind.setSpread, [from, to, count, size, UNIT_VALUES], count, count * size);
    from += 4 * size;
    to += 4 * count * size;
  }
  return y;
}
