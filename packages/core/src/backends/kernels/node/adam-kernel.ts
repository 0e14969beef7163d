import type { AdamAttributes } from '../../../ops/adam.ts';
import type { Handle } from './tensorflow-binding.ts';
import type { TensorflowCall } from './tensorflow-call.ts';

export function adamUpdate(
  call: TensorflowCall,
  { parameters, gradients, m, v }: Record<'parameters' | 'gradients' | 'm' | 'v', readonly Handle[]>,
  { learningRate, beta1, beta2, epsilon, step }: AdamAttributes,
): Handle[] {
  const { constants } = call;
  const rootCorrection = constants.scalar(1 / Math.sqrt(1 - beta2 ** step));
  const rate = constants.scalar(learningRate / (1 - beta1 ** step));
  const next = parameters.map((parameter, i) => {
    const gradient = gradients[i] as Handle;
    const times = (x: Handle, factor: number) => call.run('Mul', [x, constants.scalar(factor)]);
    const nextM = call.run('AddV2', [times(m[i] as Handle, beta1), times(gradient, 1 - beta1)]);
    const nextV = call.run('AddV2', [times(v[i] as Handle, beta2), times(call.run('Square', [gradient]), 1 - beta2)]);
    const root = call.run('Mul', [call.run('Sqrt', [nextV]), rootCorrection]);
    const change = call.run('Mul', [
      call.run('RealDiv', [nextM, call.run('AddV2', [root, constants.scalar(epsilon)])]),
      rate,
    ]);
    const moved = call.run('Sub', [parameter, change]);
    return [moved, nextM, nextV];
  });
  return [0, 1, 2].flatMap((part) => next.map((each) => each[part] as Handle));
}
