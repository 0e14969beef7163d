import type { TensorInfo } from '@tensorflow/tfjs';
import { floatBits } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { sizeOf } from '../device/kernel-source.ts';
import { elementwise } from './elementwise.ts';
import { elementSum } from './sum-kernels.ts';

type Tensors<Names extends string> = Readonly<Record<Names, TensorInfo>>;

interface Scale {
  readonly scale: number;
}

interface Target extends Scale {
  readonly target: number;
}

/** `AbsoluteDifferenceSum`: x, target -> scalar. */
export function absoluteDifferenceSum(
  gpu: Dispatcher,
  { x, target }: Tensors<'x' | 'target'>,
  { scale }: Scale,
): TensorInfo {
  return elementSum(gpu, {
    name: 'AbsoluteDifferenceSum',
    inputs: { x, goal: target },
    term: 'abs(x[i] - goal[i])',
    count: sizeOf(x.shape),
    scale,
  });
}

/** `AbsoluteDifferenceGradient`: dy, x, target -> dx. */
export function absoluteDifferenceGradient(
  gpu: Dispatcher,
  { dy, x, target }: Tensors<'dy' | 'x' | 'target'>,
  { scale }: Scale,
): TensorInfo {
  return elementwise(gpu, x.shape, {
    name: 'AbsoluteDifferenceGradient',
    inputs: { dy, x, goal: target },
    statements: 'value = dy[0] * parameters.scale * sign(x[i] - goal[i]);',
    fields: ['scale: f32'],
    words: [floatBits(scale)],
  });
}

/** `SquaredDifferenceSum`: x -> scalar. */
export function squaredDifferenceSum(gpu: Dispatcher, { x }: Tensors<'x'>, { target, scale }: Target): TensorInfo {
  return elementSum(gpu, {
    name: 'SquaredDifferenceSum',
    inputs: { x },
    term: '(x[i] - parameters.goal) * (x[i] - parameters.goal)',
    fields: ['goal: f32'],
    words: [floatBits(target)],
    count: sizeOf(x.shape),
    scale,
  });
}

/** `SquaredDifferenceGradient`: dy, x -> dx. */
export function squaredDifferenceGradient(
  gpu: Dispatcher,
  { dy, x }: Tensors<'dy' | 'x'>,
  { target, scale }: Target,
): TensorInfo {
  return elementwise(gpu, x.shape, {
    name: 'SquaredDifferenceGradient',
    inputs: { dy, x },
    statements: 'value = dy[0] * parameters.factor * (x[i] - parameters.goal);',
    fields: ['factor: f32', 'goal: f32'],
    words: [floatBits(2 * scale), floatBits(target)],
  });
}
