import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';

/** Workgroups of the search, each of which writes the largest value that it has met. */
const WORKGROUPS = 128;
const THREADS = 256;

/**
 * WGSL for programs that round a tensor to half precision: binds its range as `name_range` and defines `scale_of_name`,
 * the power of two that brings its largest magnitude into [2 ** 13, 2 ** 14): far from overflow, and with all of the
 * exponents of half precision left for smaller values. Tensors that hold no number, or only zeros, stay as they are.
 */
export function scaleSource(name: 'a' | 'b', binding: number): string {
  return `@group(0) @binding(${binding}) var<storage, read> ${name}_range: array<vec4u, ${WORKGROUPS / 4}>;
fn scale_of_${name}() -> f32 {
  var largest = vec4u();
  for (var i = 0u; i < ${WORKGROUPS / 4}u; i++) { largest = max(largest, ${name}_range[i]); }
  let exponent = max(max(largest.x, largest.y), max(largest.z, largest.w)) >> 23u;
  return select(bitcast<f32>(clamp(267u - exponent, 1u, 253u) << 23u), 1.0, exponent == 0u || exponent == 255u);
}`;
}

/** `scale_of_name` for an operand that needs none. */
export function unscaledSource(name: 'a' | 'b'): string {
  return `fn scale_of_${name}() -> f32 { return 1.0; }`;
}

/**
 * The largest magnitudes of a tensor, kept on the device for as long as the tensor lives.
 *
 * @returns a buffer to be bound for {@link scaleSource}
 */
export function valueRange(dispatcher: Dispatcher, tensor: TensorInfo): GPUBuffer {
  return dispatcher.attached(tensor, 4 * WORKGROUPS, (range) => {
    const count = tensor.shape.reduce((product, side) => product * side, 1);
    const vectors = count % 4 === 0;
    const program = dispatcher.program(`range ${vectors}`, () => ({
      label: 'value range',
      source: rangeSource(vectors),
      bindings: ['read', 'write', 'parameters'],
    }));
    const parameters = dispatcher.parameters([vectors ? count / 4 : count]);
    dispatcher.run(program, [dispatcher.buffer(tensor), range, parameters], WORKGROUPS);
  });
}

/** Compares bits: for magnitudes they are in the order of the numbers, with infinity and then NaN on top. */
function rangeSource(vectors: boolean): string {
  const [values, words] = vectors ? ['vec4f', 'vec4u'] : ['f32', 'u32'];
  return `
struct Parameters { count: u32 }
@group(0) @binding(0) var<storage, read> x: array<${values}>;
@group(0) @binding(1) var<storage, read_write> range: array<u32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;
var<workgroup> largest: array<u32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  var found = ${words}();
  for (var i = group.x * ${THREADS}u + thread; i < parameters.count; i += ${WORKGROUPS * THREADS}u) {
    found = max(found, bitcast<${words}>(x[i]) & ${words}(0x7fffffffu));
  }
  largest[thread] = ${vectors ? 'max(max(found.x, found.y), max(found.z, found.w))' : 'found'};
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { largest[thread] = max(largest[thread], largest[thread + half]); }
  }
  if (thread == 0u) { range[group.x] = largest[0]; }
}`;
}
