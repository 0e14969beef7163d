import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

/** Added to a norm before one divides by it. */
const TINY = 1e-12;

export function powerIteration(
  call: TensorflowCall,
  { weights, us }: { weights: readonly Handle[]; us: readonly Handle[] },
): Handle[] {
  const next = weights.map((weight, i) => {
    const matrix = asMatrix(call, weight);
    const u = us[i] as Handle;
    const v = unit(call, product(call, matrix, call.reshape(u, [-1, 1]), false));
    return { u: unit(call, product(call, matrix, v, true)), v };
  });
  return [...next.map(({ u }) => u), ...next.map(({ v }) => v)].map((column) => call.reshape(column, [-1]));
}

export function spectralNorm(call: TensorflowCall, { weight, u, v }: Record<'weight' | 'u' | 'v', Handle>): Handle[] {
  const projected = product(call, asMatrix(call, weight), call.reshape(v, [-1, 1]), true);
  const sigma = call.reduce('Sum', call.run('Mul', [call.reshape(projected, [-1]), u]), [0], false);
  return [call.run('RealDiv', [weight, sigma]), sigma];
}

/** (dy - (sum of dy times W / sigma) v u^T) / sigma. */
export function spectralNormGradient(
  call: TensorflowCall,
  { dy, u, v, normalised, sigma }: Record<'dy' | 'u' | 'v' | 'normalised' | 'sigma', Handle>,
): Handle {
  const along = call.reduce('Sum', call.run('Mul', [dy, normalised]), [0, 1, 2, 3], false);
  const scaled = call.reshape(call.run('Mul', [v, along]), [...dy.shape.slice(0, 3), 1]);
  const outer = call.run('Mul', [scaled, u]);
  return call.run('RealDiv', [call.run('Sub', [dy, outer]), sigma]);
}

/** `[kernel * inputs, outputs]`. */
function asMatrix(call: TensorflowCall, weight: Handle): Handle {
  return call.reshape(weight, [-1, weight.shape[3] as number]);
}

/** `matrix` or its transpose times a column. */
function product(call: TensorflowCall, matrix: Handle, column: Handle, transposed: boolean): Handle {
  const { constants } = call;
  const attributes = [constants.flag('transpose_a', transposed), constants.flag('transpose_b', false)];
  return call.run('MatMul', [matrix, column], attributes);
}

function unit(call: TensorflowCall, column: Handle): Handle {
  const norm = call.reduce('EuclideanNorm', column, [0, 1], false);
  return call.run('RealDiv', [column, call.run('AddV2', [norm, call.constants.scalar(TINY)])]);
}
