import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

interface Scale {
  readonly scale: number;
}

/** Rows and columns first: a sum of sums, since float32 loses digits over one long sum. */
export function channelSum(call: TensorflowCall, { x }: { x: Handle }): Handle {
  return call.reduce('Sum', call.reduce('Sum', x, [0, 1], false), [0], false);
}

export function squaredDifferenceSum(
  call: TensorflowCall,
  { x }: { x: Handle },
  { target, scale }: Scale & { target: number },
): Handle {
  return scaledSum(call, call.run('SquaredDifference', [x, call.constants.scalar(target)]), scale);
}

export function squaredDifferenceGradient(
  call: TensorflowCall,
  { dy, x }: Record<'dy' | 'x', Handle>,
  { target, scale }: Scale & { target: number },
): Handle {
  const { constants } = call;
  const factor = call.run('Mul', [dy, constants.scalar(2 * scale)]);
  return call.run('Mul', [call.run('Sub', [x, constants.scalar(target)]), factor]);
}

export function absoluteDifferenceSum(
  call: TensorflowCall,
  { x, target }: Record<'x' | 'target', Handle>,
  { scale }: Scale,
): Handle {
  return scaledSum(call, call.run('Abs', [call.run('Sub', [x, target])]), scale);
}

export function absoluteDifferenceGradient(
  call: TensorflowCall,
  { dy, x, target }: Record<'dy' | 'x' | 'target', Handle>,
  { scale }: Scale,
): Handle {
  const sign = call.run('Sign', [call.run('Sub', [x, target])]);
  return call.run('Mul', [sign, call.run('Mul', [dy, call.constants.scalar(scale)])]);
}

function scaledSum(call: TensorflowCall, x: Handle, scale: number): Handle {
  return call.run('Mul', [call.reduce('Sum', x, [0, 1, 2, 3], false), call.constants.scalar(scale)]);
}
