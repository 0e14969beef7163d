import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';

/** Values of the rows that make up a unit of work. */
const UNIT_VALUES = 16384;

/** `ReflectPad`: x -> x with `pad` reflected pixels on each side. */
export function reflectPad(
  runner: KernelRunner,
  tensors: KernelTensors,
  { x }: { readonly x: TensorInfo },
  { pad }: { readonly pad: number },
): TensorInfo {
  const [samples, height, width, channels] = x.shape as [number, number, number, number];
  const y = tensors.output([samples, height + 2 * pad, width + 2 * pad, channels]);
  fold(runner, JobKind.reflectPad, [tensors.address(x), tensors.address(y)], [height, width, channels, pad], y);
  return y;
}

/** `ReflectPadGradient`: dy -> dx, with what was reflected added back. */
export function reflectPadGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  { dy }: { readonly dy: TensorInfo },
  { pad }: { readonly pad: number },
): TensorInfo {
  const [samples, paddedHeight, paddedWidth, channels] = dy.shape as [number, number, number, number];
  const [height, width] = [paddedHeight - 2 * pad, paddedWidth - 2 * pad];
  const dx = tensors.output([samples, height, width, channels]);
  fold(
    runner,
    JobKind.reflectPadGradient,
    [tensors.address(dy), tensors.address(dx)],
    [height, width, channels, pad],
    dx,
  );
  return dx;
}

function fold(
  runner: KernelRunner,
  kind: JobKind,
  addresses: readonly number[],
  geometry: readonly number[],
  written: TensorInfo,
): void {
  const [samples, height, width, channels] = written.shape as [number, number, number, number];
  const rows = samples * height;
  const rowsPerUnit = Math.max(1, Math.round(UNIT_VALUES / (width * channels)));
  const units = ceilDiv(rows, rowsPerUnit);
  runner.run(kind, [...addresses, rows, ...geometry, rowsPerUnit], units, 4 * rows * width * channels);
}
