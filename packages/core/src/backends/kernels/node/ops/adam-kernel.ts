import type { AdamAttributes } from '../../../../ops/adam.ts';
import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

export function adamUpdate(
  call: TensorflowCall,
  {
    parameters,
    gradients,
    m,
    v,
    rates,
  }: Record<'parameters' | 'gradients' | 'm' | 'v', readonly Handle[]> & { readonly rates: Handle },
  { beta1, beta2, epsilon }: AdamAttributes,
): Handle[] {
  const { constants } = call;
  const [rate, root] = call.unstack(rates) as [Handle, Handle];
  const next = parameters.map((parameter, i) => {
    const gradient = gradients[i] as Handle;
    const times = (x: Handle, factor: number) => call.run('Mul', [x, constants.scalar(factor)]);
    const nextM = call.run('AddV2', [times(m[i] as Handle, beta1), times(gradient, 1 - beta1)]);
    const nextV = call.run('AddV2', [times(v[i] as Handle, beta2), times(call.run('Square', [gradient]), 1 - beta2)]);
    const deviation = call.run('AddV2', [
      call.run('RealDiv', [call.run('Sqrt', [nextV]), root]),
      constants.scalar(epsilon),
    ]);
    const change = call.run('Mul', [call.run('RealDiv', [nextM, deviation]), rate]);
    const moved = call.run('Sub', [parameter, change]);
    return [moved, nextM, nextV];
  });
  return [0, 1, 2].flatMap((part) => next.map((each) => each[part] as Handle));
}
