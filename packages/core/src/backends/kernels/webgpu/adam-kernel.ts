import type { TensorInfo } from '@tensorflow/tfjs';
import type { AdamAttributes } from '../../../ops/adam.ts';
import { floatBits } from '../arithmetic.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { GpuProgram } from './gpu-program.ts';
import { inTwoDimensions, kernelProgram, read, sizeOf, write } from './kernel-source.ts';
import { groupsOf, overElements, workgroupsFor } from './tensor-lists.ts';

/** Buffers of one parameter: itself, its gradient and the two moments. */
const BUFFERS_OF_PARAMETER = 4;

interface Network {
  readonly parameters: readonly TensorInfo[];
  readonly gradients: readonly TensorInfo[];
  readonly m: readonly TensorInfo[];
  readonly v: readonly TensorInfo[];
}

/**
 * `AdamUpdate`: parameters, gradients, m, v -> parameters, m, v; in place, as many parameters in a dispatch as the
 * adapter binds buffers for.
 */
export function adamUpdate(gpu: Dispatcher, inputs: object, attributes: AdamAttributes): TensorInfo[] {
  const { parameters, gradients, m, v } = inputs as Network;
  const states = [parameters, m, v].map((tensors) => tensors.map((tensor) => gpu.owned(tensor)));
  const [owned, ownedM, ownedV] = states as [TensorInfo[], TensorInfo[], TensorInfo[]];
  const schedule = gpu.momentary(scheduleWords(attributes));
  const each = parameters.map((_, i) => [owned[i]!, ownedM[i]!, ownedV[i]!, gradients[i]!] as const);
  for (const some of groupsOf(each, Math.floor(gpu.mostBuffers / BUFFERS_OF_PARAMETER))) {
    const sizes = some.map(([parameter]) => sizeOf(parameter.shape));
    const program = gpu.program(`AdamUpdate ${sizes}`, () => adamProgram(sizes));
    const buffers = some.flat().map((tensor) => gpu.buffer(tensor));
    gpu.run(program, [...buffers, schedule], ...inTwoDimensions(workgroupsFor(sizes), gpu.mostWorkgroups));
  }
  return [...owned, ...ownedM, ...ownedV];
}

const SCHEDULE = ['beta1: f32', 'rest1: f32', 'beta2: f32', 'rest2: f32', 'unbias: f32', 'epsilon: f32', 'rate: f32'];

function scheduleWords({ learningRate, beta1, beta2, epsilon, step }: AdamAttributes): number[] {
  const unbias = 1 / Math.sqrt(1 - beta2 ** step);
  const rate = learningRate / (1 - beta1 ** step);
  return [beta1, 1 - beta1, beta2, 1 - beta2, unbias, epsilon, rate].map(floatBits);
}

function adamProgram(sizes: readonly number[]): GpuProgram {
  return kernelProgram({
    label: 'AdamUpdate',
    storage: sizes.flatMap((_, n) => [write(`p${n}`), write(`m${n}`), write(`v${n}`), read(`g${n}`)]),
    parameters: SCHEDULE,
    main: overElements(
      sizes,
      (n) => `
      let g = g${n}[i];
      let m = parameters.beta1 * m${n}[i] + parameters.rest1 * g;
      let v = parameters.beta2 * v${n}[i] + parameters.rest2 * (g * g);
      p${n}[i] -= m / (sqrt(v) * parameters.unbias + parameters.epsilon) * parameters.rate;
      m${n}[i] = m;
      v${n}[i] = v;`,
    ),
  });
}
