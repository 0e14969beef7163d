import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { inTwoDimensions, sizeOf } from '../device/kernel-source.ts';
import { finishVectors, type LayerPlan, projectColumns, projectRows, SLAB_ROWS } from './power-iteration-shaders.ts';
import { groupsOf } from './tensor-lists.ts';

interface Layer {
  readonly plan: LayerPlan;
  readonly weight: TensorInfo;
  readonly u: TensorInfo;
  readonly outputs: readonly [u: TensorInfo, v: TensorInfo];
}

/**
 * `PowerIteration`: weights W, us u -> the next us and vs. Three dispatches for as many layers as the adapter binds
 * buffers for: t = W u, parts of s = W^T t, and the vectors v = t / |t| and u = s / |s|.
 */
export function powerIteration(gpu: Dispatcher, inputs: object): TensorInfo[] {
  const { weights, us } = inputs as Record<'weights' | 'us', readonly TensorInfo[]>;
  let words = 0;
  const layers = weights.map((weight, i): Layer => {
    const columns = weight.shape.at(-1) as number;
    const rows = sizeOf(weight.shape) / columns;
    const plan = { rows, columns, slabs: ceilDiv(rows, SLAB_ROWS), rowSums: words, columnSums: words + rows };
    words = plan.columnSums + plan.slabs * columns;
    return { plan, weight, u: us[i] as TensorInfo, outputs: [gpu.output([columns]), gpu.output([rows])] };
  });
  gpu.withScratch(4 * words, (scratch) => {
    const perRead = gpu.maxBuffers - 1;
    const perPair = Math.floor(perRead / 2);
    run(gpu, scratch, 'PowerIteration rows', projectRows, groupsOf(layers, perPair), ({ weight, u }) => [weight, u]);
    run(gpu, scratch, 'PowerIteration columns', projectColumns, groupsOf(layers, perRead), ({ weight }) => [weight]);
    run(gpu, scratch, 'PowerIteration vectors', finishVectors, groupsOf(layers, perPair), ({ outputs }) => outputs);
  });
  return [...layers.map(({ outputs }) => outputs[0]), ...layers.map(({ outputs }) => outputs[1])];
}

function run(
  gpu: Dispatcher,
  scratch: GPUBuffer,
  name: string,
  shader: typeof projectRows,
  groups: readonly (readonly Layer[])[],
  tensorsOf: (layer: Layer) => readonly TensorInfo[],
): void {
  for (const layers of groups) {
    const plans = layers.map(({ plan }) => plan);
    const key = plans.map((plan) => Object.values(plan)).join(' ');
    const { program, workgroups } = shader(name, plans);
    const buffers = layers.flatMap((layer) => tensorsOf(layer).map((tensor) => gpu.buffer(tensor)));
    gpu.run(
      gpu.program(`${name} ${key}`, program),
      [scratch, ...buffers],
      ...inTwoDimensions(workgroups, gpu.maxWorkgroups),
    );
  }
}
