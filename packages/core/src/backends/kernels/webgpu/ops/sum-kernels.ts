import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import type { GpuProgram } from '../device/gpu-program.ts';
import {
  kernelProgram,
  laneSum,
  read,
  sizeOf,
  THREADS,
  type VectorWidth,
  valueType,
  vectorWidth,
  write,
} from '../device/kernel-source.ts';

/** Terms that one workgroup adds alone, in one dispatch. */
const MAX_ALONE = 64 * THREADS;
/** Partial sums of a sum over many elements, at most as many as one workgroup adds with a load each. */
const MAX_PARTIAL_SUMS = THREADS;

/** A sum over the elements of some tensors. */
export interface ElementSum {
  /** Names it among programs: the source must follow from it. */
  readonly name: string;
  /** Tensors by the names that the source uses; WGSL reserves some words. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** WGSL expression of what element `i` adds. */
  readonly term: string;
  /** WGSL functions that the term calls. */
  readonly functions?: string;
  /** Fields of `parameters` after `count` and `scale`, and their words. */
  readonly fields?: readonly string[];
  readonly words?: readonly number[];
  readonly count: number;
  /** Factor of the sum. */
  readonly scale: number;
}

/** The scaled sum as a scalar, added pairwise: one dispatch for few elements, two for many. */
export function elementSum(gpu: Dispatcher, sum: ElementSum): TensorInfo {
  const total = gpu.output([]);
  const workgroups = partialSums(sum.count);
  if (workgroups === 1) addTerms(gpu, sum, gpu.buffer(total), 1);
  else {
    gpu.withScratch(4 * workgroups, (partial) => {
      addTerms(gpu, { ...sum, scale: 1 }, partial, workgroups);
      const parameters = gpu.parameters([workgroups, floatBits(sum.scale)]);
      gpu.run(gpu.program('sum of partial sums', sumOfPartialSums), [gpu.buffer(total), partial, parameters], 1);
    });
  }
  return total;
}

/** Into how many partial sums a sum over `count` elements is best divided. */
export function partialSums(count: number): number {
  return count <= MAX_ALONE ? 1 : Math.min(MAX_PARTIAL_SUMS, ceilDiv(count, MAX_ALONE / 4));
}

/** Writes `workgroups` partial sums, each already scaled. */
export function addTerms(gpu: Dispatcher, sum: ElementSum, to: GPUBuffer, workgroups: number): void {
  const { name, inputs, count, scale, words = [] } = sum;
  const program = gpu.program(name, () => termSums(sum));
  const buffers = Object.values(inputs).map((each) => gpu.buffer(each));
  gpu.run(program, [to, ...buffers, gpu.parameters([count, floatBits(scale), ...words])], workgroups);
}

function termSums({ name, inputs, term, functions = '', fields = [] }: ElementSum): GpuProgram {
  return kernelProgram({
    label: name,
    storage: [write('sums'), ...Object.keys(inputs).map((input) => read(input))],
    parameters: ['count: u32', 'scale: f32', ...fields],
    declarations: `${laneSum('f32', 1)}\n${functions}`,
    main: `
  var sum = 0f;
  for (var i = group.x * ${THREADS}u + thread; i < parameters.count; i += groups.x * ${THREADS}u) { sum += ${term}; }
  sum = laneSum(sum, thread);
  if (thread == 0u) { sums[group.x] = sum * parameters.scale; }`,
  });
}

function sumOfPartialSums(): GpuProgram {
  return kernelProgram({
    label: 'sum of partial sums',
    storage: [write('total'), read('sums')],
    parameters: ['count: u32', 'scale: f32'],
    declarations: laneSum('f32', 1),
    main: `
  let sum = laneSum(${ownPartialSum('parameters.count')}, thread);
  if (thread == 0u) { total[0] = sum * parameters.scale; }`,
  });
}

/** WGSL: the one of `count` partial sums in `sums` that a thread adds; 0 for threads beyond them. */
export function ownPartialSum(count: string): string {
  return `select(0f, sums[min(thread, ${count} - 1u)], thread < ${count})`;
}

/** Loads side by side in a workgroup that sums channels: 256 bytes. */
const MAX_LANES = 16;
/** Loads of a thread, below which further workgroups do not pay. */
const LOADS_OF_THREAD = 16;
const MAX_SLABS = 128;

/** `ChannelSum`: x `[..., channels]` -> `[channels]`; one dispatch for few values, two for many. */
export function channelSum(gpu: Dispatcher, { x }: { readonly x: TensorInfo }): TensorInfo {
  const channels = x.shape.at(-1) as number;
  const rows = sizeOf(x.shape.slice(0, -1));
  const vector = vectorWidth(channels);
  const loads = channels / vector;
  const lanes = Math.min(MAX_LANES, 2 ** Math.ceil(Math.log2(loads)));
  const slabs = Math.min(MAX_SLABS, ceilDiv(rows * lanes, THREADS * LOADS_OF_THREAD));
  const y = gpu.output([channels]);
  const program = gpu.program(`ChannelSum ${vector} ${lanes}`, () => rowSums(vector, lanes));
  const run = (from: GPUBuffer, to: GPUBuffer, rows: number, slabs: number) =>
    gpu.run(program, [to, from, gpu.parameters([rows, loads, ceilDiv(rows, slabs)])], ceilDiv(loads, lanes), slabs);
  if (slabs === 1) run(gpu.buffer(x), gpu.buffer(y), rows, 1);
  else {
    gpu.withScratch(4 * slabs * channels, (sums) => {
      run(gpu.buffer(x), sums, rows, slabs);
      run(sums, gpu.buffer(y), slabs, 1);
    });
  }
  return y;
}

/** Workgroups: x the channels, y the slab of rows; writes one row of sums for each slab. */
function rowSums(vector: VectorWidth, lanes: number): GpuProgram {
  const type = valueType(vector);
  return kernelProgram({
    label: 'ChannelSum',
    storage: [write('y', type), read('x', type)],
    parameters: ['rows: u32', 'channels: u32', 'slabRows: u32'],
    declarations: laneSum(type, lanes),
    main: `
  let channel = group.x * ${lanes}u + thread % ${lanes}u;
  let inside = channel < parameters.channels;
  let end = min((group.y + 1u) * parameters.slabRows, parameters.rows);
  var sum = ${type}();
  if (inside) {
    for (var row = group.y * parameters.slabRows + thread / ${lanes}u; row < end; row += ${THREADS / lanes}u) {
      sum += x[row * parameters.channels + channel];
    }
  }
  sum = laneSum(sum, thread);
  if (inside && thread < ${lanes}u) { y[group.y * parameters.channels + channel] = sum; }`,
  });
}
