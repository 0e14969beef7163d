import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import type { GpuProgram } from '../device/gpu-program.ts';
import { GRID_INDEX, grid, kernelProgram, laneSum, read, sizeOf, THREADS, write } from '../device/kernel-source.ts';
import { addTerms, type ElementSum, ownPartialSum, partialSums } from './sum-kernels.ts';

type Tensors<Names extends string> = Readonly<Record<Names, TensorInfo>>;

/** `SpectralNorm`: weight, u, v -> weight / sigma and sigma = v^T W u. */
export function spectralNorm(gpu: Dispatcher, { weight, u, v }: Tensors<'weight' | 'u' | 'v'>): TensorInfo[] {
  const outputs = [gpu.output(weight.shape), gpu.output([])] as const;
  const columns = sizeOf(u.shape);
  withSum(
    gpu,
    {
      name: 'SpectralNorm sigma',
      inputs: { weight, u, v },
      term: 'v[i / parameters.columns] * (weight[i] * u[i % parameters.columns])',
      fields: ['columns: u32'],
      words: [columns],
    },
    sizeOf(weight.shape),
    { label: 'SpectralNorm', outputs: ['normalised', 'sigma'], inputs: ['weight'], body: DIVIDE },
    [...outputs, weight],
    columns,
  );
  return [...outputs];
}

const DIVIDE = `
  if (i == 0u) { sigma[0] = sum; }
  if (i < parameters.size) { normalised[i] = weight[i] / sum; }`;

/** `SpectralNormGradient`: dy, u, v, normalised W and sigma -> (dy - (sum of dy W) v u^T) / sigma. */
export function spectralNormGradient(
  gpu: Dispatcher,
  { dy, u, v, normalised, sigma }: Tensors<'dy' | 'u' | 'v' | 'normalised' | 'sigma'>,
): TensorInfo {
  const dWeight = gpu.output(dy.shape);
  withSum(
    gpu,
    { name: 'SpectralNormGradient along', inputs: { dy, normalised }, term: 'dy[i] * normalised[i]' },
    sizeOf(dy.shape),
    { label: 'SpectralNormGradient', outputs: ['dWeight'], inputs: ['dy', 'u', 'v', 'sigma'], body: SUBTRACT },
    [dWeight, dy, u, v, sigma],
    sizeOf(u.shape),
  );
  return dWeight;
}

const SUBTRACT = `
  if (i < parameters.size) {
    let outer = v[i / parameters.columns] * u[i % parameters.columns];
    dWeight[i] = (dy[i] - sum * outer) / sigma[0];
  }`;

interface Finish {
  readonly label: string;
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** WGSL for element `i`, with the sum as `sum`. */
  readonly body: string;
}

/** A sum over `count` elements, and what is computed from it for each of them: one dispatch for few, two for many. */
function withSum(
  gpu: Dispatcher,
  sum: Pick<ElementSum, 'name' | 'inputs' | 'term' | 'fields' | 'words'>,
  count: number,
  finish: Finish,
  tensors: readonly TensorInfo[],
  columns: number,
): void {
  const buffers = tensors.map((tensor) => gpu.buffer(tensor));
  if (count <= MAX_ALONE) {
    const summed = Object.entries(sum.inputs).filter(([name]) => !finish.inputs.includes(name));
    const names = summed.map(([name]) => name);
    const program = gpu.program(`${finish.label} at once`, () => atOnce(finish, names, sum.term));
    const more = summed.map(([, tensor]) => gpu.buffer(tensor));
    gpu.run(program, [...buffers, ...more, gpu.parameters([count, columns, 0])], 1);
    return;
  }
  const workgroups = partialSums(count);
  gpu.withScratch(4 * workgroups, (sums) => {
    addTerms(gpu, { ...sum, count, scale: 1 }, sums, workgroups);
    const program = gpu.program(finish.label, () => fromPartialSums(finish));
    const parameters = gpu.parameters([count, columns, workgroups]);
    gpu.run(program, [...buffers, sums, parameters], ...grid(count, gpu.maxWorkgroups));
  });
}

/** Weights that one workgroup sums and finishes. */
const MAX_ALONE = 128 * THREADS;
const PARAMETERS = ['size: u32', 'columns: u32', 'partialSums: u32'];

function fromPartialSums({ label, outputs, inputs, body }: Finish): GpuProgram {
  return kernelProgram({
    label,
    storage: [...outputs.map((name) => write(name)), ...inputs.map((name) => read(name)), read('sums')],
    parameters: PARAMETERS,
    declarations: laneSum('f32', 1),
    main: `
  let sum = laneSum(${ownPartialSum('parameters.partialSums')}, thread);
  let i = ${GRID_INDEX};
  ${body}`,
  });
}

/** @param summed tensors of the term that are not among the inputs of `finish` */
function atOnce({ label, outputs, inputs, body }: Finish, summed: readonly string[], term: string): GpuProgram {
  return kernelProgram({
    label,
    storage: [...outputs.map((name) => write(name)), ...[...inputs, ...summed].map((name) => read(name))],
    parameters: PARAMETERS,
    declarations: laneSum('f32', 1),
    main: `
  var part = 0f;
  for (var i = thread; i < parameters.size; i += ${THREADS}u) { part += ${term}; }
  let sum = laneSum(part, thread);
  for (var i = thread; i < parameters.size; i += ${THREADS}u) { ${body} }`,
  });
}
