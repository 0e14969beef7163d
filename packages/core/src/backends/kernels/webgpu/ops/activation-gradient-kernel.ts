import type { TensorInfo } from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../../ops/activation.ts';
import { floatBits } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { elementwise } from './elementwise.ts';

/** `ActivationGradient`: dy and the activation's output y -> gradient of its input. */
export function activationGradient(
  gpu: Dispatcher,
  { dy, y: output }: { readonly dy: TensorInfo; readonly y: TensorInfo },
  { activation, slope }: ActivationAttributes,
): TensorInfo {
  const rectified = 'value = select(dy[i] * parameters.slope, dy[i], output[i] > 0);';
  return elementwise(gpu, dy.shape, {
    name: `ActivationGradient ${activation === 'tanh' ? 'tanh' : 'rectifier'}`,
    inputs: { dy, output },
    statements: activation === 'tanh' ? 'value = dy[i] * (1 - output[i] * output[i]);' : rectified,
    fields: ['slope: f32'],
    words: [floatBits(slope)],
  });
}
