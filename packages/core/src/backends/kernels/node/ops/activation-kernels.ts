import type { ActivationAttributes } from '../../../../ops/activation.ts';
import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

/** What an activation makes of `x`, which is released if it is another tensor. */
export function activate(call: TensorflowCall, x: Handle, { activation, slope }: ActivationAttributes): Handle {
  if (activation === 'none') return x;
  const y =
    activation === 'relu'
      ? call.run('Relu', [x])
      : activation === 'tanh'
        ? call.run('Tanh', [x])
        : call.run('LeakyRelu', [x], [call.constants.real('alpha', slope)]);
  call.release(x);
  return y;
}

/** @param y for a rectifier anything of the same sign as its output */
export function activationGradient(
  call: TensorflowCall,
  dy: Handle,
  y: Handle,
  { activation, slope }: ActivationAttributes,
): Handle {
  if (activation === 'none') return dy;
  if (activation === 'relu') return call.run('ReluGrad', [dy, y]);
  if (activation === 'tanh') return call.run('TanhGrad', [y, dy]);
  return call.run('LeakyReluGrad', [dy, y], [call.constants.real('alpha', slope)]);
}
