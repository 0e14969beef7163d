import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import { sizeOf } from '../device/kernel-source.ts';
import { elementwise } from './elementwise.ts';

interface Counts {
  readonly counts: readonly number[];
}

/** `SetSum`: x `[sum of counts, ...]` -> the sum of each sample's own rows, `[samples, ...]`. */
export function setSum(gpu: Dispatcher, { x }: { readonly x: TensorInfo }, { counts }: Counts): TensorInfo {
  return setKernel(gpu, x, counts, [counts.length, ...x.shape.slice(1)], {
    name: 'SetSum',
    statements: `
  let end = endOf(i / parameters.rowSize);
  value = 0;
  for (var row = firstOf(i / parameters.rowSize); row < end; row++) {
    value += x[row * parameters.rowSize + i % parameters.rowSize];
  }`,
  });
}

/** `SetSpread`: x `[samples, ...]` -> each sample's row once for each of its instances, `[sum of counts, ...]`. */
export function setSpread(gpu: Dispatcher, { x }: { readonly x: TensorInfo }, { counts }: Counts): TensorInfo {
  const instances = counts.reduce((total, count) => total + count, 0);
  return setKernel(gpu, x, counts, [instances, ...x.shape.slice(1)], {
    name: 'SetSpread',
    statements: 'value = x[ownerOf(i / parameters.rowSize) * parameters.rowSize + i % parameters.rowSize];',
  });
}

function setKernel(
  gpu: Dispatcher,
  x: TensorInfo,
  counts: readonly number[],
  shape: readonly number[],
  { name, statements }: { name: string; statements: string },
): TensorInfo {
  const { field, words } = countEnds(counts);
  const rowSize = sizeOf(x.shape.slice(1));
  return elementwise(gpu, shape, {
    name: `${name} ${counts.length}`,
    inputs: { x },
    statements,
    functions: ENDS_FUNCTIONS,
    fields: ['rowSize: u32', 'unused0: u32', 'unused1: u32', field],
    words: [rowSize, 0, 0, ...words],
  });
}

/** Where the instances of each sample end: a field for `parameters` that begins at 16 bytes, and its words. */
export function countEnds(counts: readonly number[]): { field: string; words: number[] } {
  let end = 0;
  const words = counts.flatMap((count) => {
    end += count;
    return [end, 0, 0, 0];
  });
  return { field: `ends: array<vec4u, ${counts.length}>`, words };
}

/** WGSL: the instances of a sample, and the sample of an instance, from the field of {@link countEnds}. */
export const ENDS_FUNCTIONS = `
fn endOf(sample: u32) -> u32 { return parameters.ends[sample].x; }

fn firstOf(sample: u32) -> u32 {
  if (sample == 0u) { return 0u; }
  return parameters.ends[sample - 1u].x;
}

fn ownerOf(instance: u32) -> u32 {
  var sample = 0u;
  while (instance >= endOf(sample)) { sample++; }
  return sample;
}
`;
