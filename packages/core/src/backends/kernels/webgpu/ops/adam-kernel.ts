import type { TensorInfo } from '@tensorflow/tfjs';
import type { AdamAttributes } from '../../../../ops/adam.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import type { GpuProgram } from '../device/gpu-program.ts';
import { inTwoDimensions, kernelProgram, read, sizeOf, write } from '../device/kernel-source.ts';
import { groupsOf, overElements, workgroupsFor } from './tensor-lists.ts';

/** Buffers of one parameter: itself, its gradient and the two moments. */
const BUFFERS_OF_PARAMETER = 4;

interface Network {
  readonly parameters: readonly TensorInfo[];
  readonly gradients: readonly TensorInfo[];
  readonly m: readonly TensorInfo[];
  readonly v: readonly TensorInfo[];
  readonly rates: TensorInfo;
}

/**
 * `AdamUpdate`: parameters, gradients, m, v, rates -> parameters, m, v; in place, as many parameters in a dispatch as the
 * adapter binds buffers for.
 */
export function adamUpdate(gpu: Dispatcher, inputs: object, attributes: AdamAttributes): TensorInfo[] {
  const { parameters, gradients, m, v, rates } = inputs as Network;
  const states = [parameters, m, v].map((tensors) => tensors.map((tensor) => gpu.owned(tensor)));
  const [owned, ownedM, ownedV] = states as [TensorInfo[], TensorInfo[], TensorInfo[]];
  const uniform = gpu.uniform(rates);
  const { beta1, beta2, epsilon } = attributes;
  const each = parameters.map((_, i) => [owned[i]!, ownedM[i]!, ownedV[i]!, gradients[i]!] as const);
  for (const some of groupsOf(each, Math.floor(gpu.maxBuffers / BUFFERS_OF_PARAMETER))) {
    const sizes = some.map(([parameter]) => sizeOf(parameter.shape));
    const program = gpu.program(`AdamUpdate ${[beta1, beta2, epsilon]} ${sizes}`, () => adamProgram(sizes, attributes));
    const buffers = some.flat().map((tensor) => gpu.buffer(tensor));
    gpu.run(program, [...buffers, uniform], ...inTwoDimensions(workgroupsFor(sizes), gpu.maxWorkgroups));
  }
  return [...owned, ...ownedM, ...ownedV];
}

function adamProgram(sizes: readonly number[], { beta1, beta2, epsilon }: AdamAttributes): GpuProgram {
  return kernelProgram({
    label: 'AdamUpdate',
    storage: sizes.flatMap((_, n) => [write(`p${n}`), write(`m${n}`), write(`v${n}`), read(`g${n}`)]),
    parameters: ['rate: f32', 'root: f32'],
    main: overElements(
      sizes,
      (n) => `
      let g = g${n}[i];
      let m = f32(${beta1}) * m${n}[i] + f32(${1 - beta1}) * g;
      let v = f32(${beta2}) * v${n}[i] + f32(${1 - beta2}) * (g * g);
      p${n}[i] -= m / (sqrt(v) / parameters.root + f32(${epsilon})) * parameters.rate;
      m${n}[i] = m;
      v${n}[i] = v;`,
    ),
  });
}
