import { ceilDiv } from '../../arithmetic.ts';
import type { GpuProgram } from './gpu-program.ts';

/** Threads of a workgroup in these kernels; every adapter allows as many. */
export const THREADS = 256;

/** A storage buffer as an array of this element type. */
export interface Storage {
  readonly name: string;
  /** WGSL type of an element. */
  readonly type: string;
  readonly kind: 'read' | 'write';
}

export interface KernelSource {
  readonly label: string;
  /** Bound in this order. */
  readonly storage: readonly Storage[];
  /** Fields of the uniform `parameters`, bound last, as in `size: u32`; without any it is not bound. */
  readonly parameters: readonly string[];
  /** Functions and workgroup variables of the module. */
  readonly declarations?: string;
  /** The body of `main`, with `group`, `groups` and `thread` as the places of the workgroup and of the thread in it. */
  readonly main: string;
}

export const read = (name: string, type = 'f32'): Storage => ({ name, type, kind: 'read' });
export const write = (name: string, type = 'f32'): Storage => ({ name, type, kind: 'write' });

/** A program of {@link THREADS} threads a workgroup, with its bindings declared. */
export function kernelProgram({ label, storage, parameters, declarations = '', main }: KernelSource): GpuProgram {
  const buffers = storage.map(({ name, type, kind }, binding) => {
    const access = kind === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  const uniform = `
struct Parameters { ${parameters.join(', ')} }
@group(0) @binding(${storage.length}) var<uniform> parameters: Parameters;`;
  const bound = parameters.length > 0;
  const source = `${bound ? uniform : ''}
${buffers.join('\n')}
${declarations}
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
${main}
}`;
  return { label, source, bindings: [...storage.map(({ kind }) => kind), ...(bound ? (['parameters'] as const) : [])] };
}

/** Neighbouring values in one load: 4 where `count`, the length of the last axis, allows it. */
export type VectorWidth = 1 | 4;

export function vectorWidth(count: number): VectorWidth {
  return count % 4 === 0 ? 4 : 1;
}

/** The WGSL type of `width` neighbouring values. */
export function valueType(width: VectorWidth): 'f32' | 'vec4f' {
  return width === 4 ? 'vec4f' : 'f32';
}

/**
 * WGSL: `laneSum(value, thread)` adds over the threads of a workgroup that are congruent modulo `lanes`, pairwise, and
 * returns the sum to each of them. All threads call it.
 *
 * @param lanes a power of 2, at most {@link THREADS}
 */
export function laneSum(type: string, lanes: number): string {
  return `
var<workgroup> laneSums: array<${type}, ${THREADS}>;

fn laneSum(value: ${type}, thread: u32) -> ${type} {
  laneSums[thread] = value;
  for (var reach = ${THREADS / 2}u; reach >= ${lanes}u; reach /= 2u) {
    workgroupBarrier();
    if (thread < reach) { laneSums[thread] += laneSums[thread + reach]; }
  }
  workgroupBarrier();
  let sum = laneSums[thread % ${lanes}u];
  workgroupBarrier();
  return sum;
}`;
}

/** At least so many workgroups in two dimensions, since one may not suffice. */
export function inTwoDimensions(workgroups: number, maxWorkgroups: number): [x: number, y: number] {
  const y = Math.ceil(workgroups / maxWorkgroups);
  return [Math.ceil(workgroups / y), y];
}

/** Workgroups for `count` elements, at least 1, with a thread for each. */
export function grid(count: number, maxWorkgroups: number): [x: number, y: number] {
  return inTwoDimensions(ceilDiv(count, THREADS), maxWorkgroups);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** WGSL: the place of a thread in a {@link grid}. */
export const GRID_INDEX = `(group.x + group.y * groups.x) * ${THREADS}u + thread`;
