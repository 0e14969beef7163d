import type { GemmProblem } from './gemm-source.ts';
import { scaleSource, unscaledSource } from './value-range.ts';

/** What a convolution's kernels are specialised for: everything but the sizes of the images. */
export interface ConvolutionStructure {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** Top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  readonly reflect: boolean;
}

/** What is done to a sum before it is stored. */
export interface Epilogue {
  readonly bias: boolean;
  readonly activation: 'none' | 'relu' | 'leakyRelu' | 'tanh';
  readonly slope: number;
}

export const NO_EPILOGUE: Epilogue = { bias: false, activation: 'none', slope: 0 };

/** How the source of a problem is written. */
export interface SourceOptions {
  /** Whether all numbers of the structure stand in it: faster to run, and compiled anew for each layer. */
  readonly specialised: boolean;
  /** Whether operands are rounded to half precision; then those that may be of any size are scaled before. */
  readonly half: boolean;
}

/** Operands that are scaled before they are rounded: all but the filter, whose values are known to be moderate. */
export const SCALED_OPERANDS = {
  forward: ['a'],
  inputGradient: ['a'],
  filterGradient: ['a', 'b'],
} as const;

/** Words of the uniform `p` of all three problems. */
export interface ImageSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Part of the depth that the workgroups of one z sum up. */
  readonly depthPerSplit: number;
  /** Values of the result, distance of the partial sums of neighbouring splits. */
  readonly resultValues: number;
}

export function parameterWords(sizes: ImageSizes, structure: ConvolutionStructure): number[] {
  const { batch, height, width, outHeight, outWidth, depthPerSplit, resultValues } = sizes;
  const { kernelHeight, kernelWidth, inputs, outputs, padding, stride } = structure;
  return [
    ...[batch, height, width, outHeight, outWidth, depthPerSplit, resultValues],
    ...[kernelHeight, kernelWidth, inputs, outputs, ...padding, stride],
  ];
}

const PARAMETERS = `struct Parameters {
  batch: i32, height: i32, width: i32, out_height: i32, out_width: i32, depth_per_split: i32, result_values: i32,
  kernel_height: i32, kernel_width: i32, inputs: i32, outputs: i32, top: i32, bottom: i32, left: i32, right: i32,
  stride: i32,
}`;

/** What is written into the source for the numbers of a structure. */
interface StructureText {
  readonly kernelHeight: string;
  readonly kernelWidth: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly top: string;
  readonly bottom: string;
  readonly left: string;
  readonly right: string;
  readonly stride: string;
}

/** Written out, numbers make divisions cheap; read from the parameters, they let layers share a program. */
function textOf(
  { kernelHeight, kernelWidth, inputs, outputs, padding, stride }: ConvolutionStructure,
  specialised: boolean,
): StructureText {
  const [top, bottom, left, right] = padding;
  const text = (value: number, name: string) => (specialised ? String(value) : `p.${name}`);
  return {
    kernelHeight: text(kernelHeight, 'kernel_height'),
    kernelWidth: text(kernelWidth, 'kernel_width'),
    inputs: text(inputs, 'inputs'),
    outputs: text(outputs, 'outputs'),
    top: text(top, 'top'),
    bottom: text(bottom, 'bottom'),
    left: text(left, 'left'),
    right: text(right, 'right'),
    stride: text(stride, 'stride'),
  };
}

/**
 * What tells the sources of a kind of problem apart.
 *
 * @param specialised whether all numbers of the structure are written into the source
 */
export function sourceKey(structure: ConvolutionStructure, epilogue: Epilogue, specialised: boolean): string {
  const { inputs, outputs, reflect } = structure;
  const numbers = specialised
    ? Object.values(structure)
    : [inputs % 4 === 0, outputs % 4 === 0, reflect, phaseStride(structure) === structure.stride];
  return `${numbers} ${Object.values(epilogue)}`;
}

/** y = x * filter: rows are positions of y, the depth is the taps and inputs of the filter, columns are outputs. */
export function forwardProblem(
  structure: ConvolutionStructure,
  epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const source = `${header([inputs, outputs, outputs], epilogue.bias, half ? SCALED_OPERANDS.forward : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32 }
fn problem_of(z: u32) -> Problem {
  let first = i32(z) * p.depth_per_split;
  let rows = p.batch * p.out_height * p.out_width;
  return Problem(rows, first, min(first + p.depth_per_split, ${text.kernelHeight} * ${text.kernelWidth} * ${text.inputs}), i32(z) * p.result_values);
}
struct RowOfA { image: i32, y: i32, x: i32 }
fn row_of_a(m: i32, problem: Problem) -> RowOfA {
  let positions = p.out_height * p.out_width;
  let position = remainder(m, positions);
  return RowOfA(
    min(quotient(m, positions), p.batch - 1) * p.height * p.width,
    quotient(position, p.out_width) * ${text.stride} - ${text.top},
    remainder(position, p.out_width) * ${text.stride} - ${text.left},
  );
}
${imageAt(structure, text)}
fn value_of_a(row: RowOfA, k: i32, problem: Problem) -> ${element(inputs)} {
  let tap = quotient(k, ${text.inputs});
  return image_at(row.image, row.y + quotient(tap, ${text.kernelWidth}), row.x + remainder(tap, ${text.kernelWidth}), remainder(k, ${text.inputs}), k < problem.end);
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(inputs, (i) => `value_of_a(row, k + ${i}, problem)`)}; }
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${vectorAt('b_values', outputs, `k * ${text.outputs} + n`, filterValues(text))}; }
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
${storeColumns(outputs, text.outputs, epilogue)}`;
  return { source, columns: text.outputs, aAlong: 'depth', bAlong: 'columns' };
}

/**
 * dx = the transpose of the convolution applied to dy. Positions whose distance to the first tap leaves the same
 * remainder modulo the stride see the same taps: each such phase, one z, is a product of its own. Rows are positions
 * of dx, the depth is taps and outputs, columns are inputs.
 */
export function inputGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { outputs, reflect } = structure;
  const { kernelHeight, kernelWidth, top, bottom, left, right, stride, ...text } = textOf(structure, specialised);
  const dense = phaseStride(structure) !== structure.stride;
  const step = dense ? '1' : stride;
  // Without phases every position sees all taps; a number that is written out makes divisions cheap.
  const tapsX = step === '1' ? kernelWidth : 'max(1, problem.taps_x)';
  const source = `${header([outputs, outputs, 1], false, half ? SCALED_OPERANDS.inputGradient : [])}
struct Problem {
  rows: i32, first: i32, end: i32,
  tap_y: i32, tap_x: i32, taps_x: i32, start_y: i32, start_x: i32, count_y: i32, count_x: i32,
}
fn problem_of(z: u32) -> Problem {
  let tap_y = i32(z) / ${step};
  let tap_x = i32(z) % ${step};
  let taps_y = max(0, (${kernelHeight} + ${step} - 1 - tap_y) / ${step});
  let taps_x = max(0, (${kernelWidth} + ${step} - 1 - tap_x) / ${step});
  let start_y = tap_y - ${top} + (max(0, ${top} - tap_y) + ${step} - 1) / ${step} * ${step};
  let start_x = tap_x - ${left} + (max(0, ${left} - tap_x) + ${step} - 1) / ${step} * ${step};
  let count_y = max(0, (p.height - start_y + ${step} - 1) / ${step});
  let count_x = max(0, (p.width - start_x + ${step} - 1) / ${step});
  let end = taps_y * taps_x * ${text.outputs};
  return Problem(p.batch * count_y * count_x, 0, end, tap_y, tap_x, taps_x, start_y, start_x, count_y, count_x);
}
${reflect ? MIRRORED : ''}
/** Position in the padded image, and whether the border shows the pixel once more. */
struct RowOfA { image: i32, y: i32, x: i32, reflected: bool }
fn row_of_a(m: i32, problem: Problem) -> RowOfA {
  let positions = max(1, problem.count_y * problem.count_x);
  let position = remainder(m, positions);
  let y = problem.start_y + quotient(position, max(1, problem.count_x)) * ${step};
  let x = problem.start_x + remainder(position, max(1, problem.count_x)) * ${step};
  let reflected = ${reflect ? `near_border(y, ${top}, ${bottom}, p.height) || near_border(x, ${left}, ${right}, p.width)` : 'false'};
  return RowOfA(min(quotient(m, positions), p.batch - 1) * p.out_height * p.out_width, y + ${top}, x + ${left}, reflected);
}
/** dy of which the tap at distance (y, x) is seen, or zero. */
fn gradient_at(image: i32, y: i32, x: i32, channel: i32, wanted: bool) -> ${element(outputs)} {
  let out_y = quotient(y, ${stride});
  let out_x = quotient(x, ${stride});
  let inside = wanted && y >= 0 && x >= 0 && out_y < p.out_height && out_x < p.out_width${
    dense ? ` && y % ${stride} == 0 && x % ${stride} == 0` : ''
  };
  let at = select(0, (image + out_y * p.out_width + out_x) * ${text.outputs} + channel, inside);
  return select(${element(outputs)}(), a_values[${at(outputs, 'at')}], inside);
}
fn value_of_a(row: RowOfA, k: i32, problem: Problem) -> ${element(outputs)} {
  let tap = quotient(k, ${text.outputs});
  let tap_y = problem.tap_y + quotient(tap, ${tapsX}) * ${step};
  let tap_x = problem.tap_x + remainder(tap, ${tapsX}) * ${step};
  let channel = remainder(k, ${text.outputs});
  let wanted = k < problem.end;
  var value = gradient_at(row.image, row.y - tap_y, row.x - tap_x, channel, wanted);
${
  reflect
    ? `  // Few pixels are reflected, and few taps see a reflection: the others must not pay for them.
  if (row.reflected) {
    let ys = mirrored(row.y, ${top}, ${bottom}, p.height) - tap_y;
    let xs = mirrored(row.x, ${left}, ${right}, p.width) - tap_x;
    let y_end = p.out_height * ${stride};
    let x_end = p.out_width * ${stride};
    if (seen(ys.y, y_end) || seen(ys.z, y_end) || seen(xs.y, x_end) || seen(xs.z, x_end)) {
      // A bound that compilers do not know keeps this rare branch short.
      let end = min(3, 2 + p.batch);
      for (var i = 0; i < end; i++) {
        if (!seen(ys[i], y_end)) { continue; }
        for (var j = select(0, 1, i == 0); j < end; j++) {
          if (seen(xs[j], x_end)) { value += gradient_at(row.image, ys[i], xs[j], channel, wanted); }
        }
      }
    }
  }
`
    : ''
}  return value;
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(outputs, (i) => `value_of_a(row, k + ${i}, problem)`)}; }
fn value_of_b(k: i32, n: i32, problem: Problem) -> ${element(outputs)} {
  let tap = quotient(k, ${text.outputs});
  let tap_y = problem.tap_y + quotient(tap, ${tapsX}) * ${step};
  let tap_x = problem.tap_x + remainder(tap, ${tapsX}) * ${step};
  let index = ((tap_y * ${kernelWidth} + tap_x) * ${text.inputs} + n) * ${text.outputs} + remainder(k, ${text.outputs});
  return b_values[${at(outputs, `min(index, ${filterValues({ ...text, kernelHeight, kernelWidth })} - 1)`)}];
}
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${four(outputs, (i) => `value_of_b(k + ${i}, n, problem)`)}; }
fn start_of(m: i32, problem: Problem) -> i32 {
  let positions = problem.count_y * problem.count_x;
  let position = remainder(m, positions);
  let y = problem.start_y + quotient(position, problem.count_x) * ${step};
  let x = problem.start_x + remainder(position, problem.count_x) * ${step};
  return ((quotient(m, positions) * p.height + y) * p.width + x) * ${text.inputs};
}
fn store_one(start: i32, n: i32, value: f32) { if (n < ${text.inputs}) { result[start + n] = value; } }`;
  return { source, columns: text.inputs, aAlong: 'depth', bAlong: 'depth' };
}

/** Phases along an axis. Reflected positions fall into the same phase only for strides of at most 2. */
export function phaseStride({ stride, reflect }: ConvolutionStructure): number {
  return reflect && stride > 2 ? 1 : stride;
}

/** The filter's gradient: rows are taps and inputs, the depth is positions of dy, columns are outputs. */
export function filterGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const source = `${header([inputs, outputs, outputs], false, half ? SCALED_OPERANDS.filterGradient : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32 }
fn problem_of(z: u32) -> Problem {
  let first = i32(z) * p.depth_per_split;
  let end = min(first + p.depth_per_split, p.batch * p.out_height * p.out_width);
  return Problem(${text.kernelHeight} * ${text.kernelWidth} * ${text.inputs}, first, end, i32(z) * p.result_values);
}
struct RowOfA { m: i32 }
fn row_of_a(m: i32, problem: Problem) -> RowOfA { return RowOfA(m); }
${imageAt(structure, text)}
fn value_of_a(m: i32, k: i32, problem: Problem) -> ${element(inputs)} {
  let positions = p.out_height * p.out_width;
  let position = remainder(k, positions);
  let tap = quotient(m, ${text.inputs});
  return image_at(
    quotient(k, positions) * p.height * p.width,
    quotient(position, p.out_width) * ${text.stride} - ${text.top} + quotient(tap, ${text.kernelWidth}),
    remainder(position, p.out_width) * ${text.stride} - ${text.left} + remainder(tap, ${text.kernelWidth}),
    remainder(m, ${text.inputs}),
    k < problem.end,
  );
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(inputs, (i) => `value_of_a(row.m + ${i}, k, problem)`)}; }
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${vectorAt('b_values', outputs, `k * ${text.outputs} + n`, `p.batch * p.out_height * p.out_width * ${text.outputs}`)}; }
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
${storeColumns(outputs, text.outputs, NO_EPILOGUE)}`;
  return { source, columns: text.outputs, aAlong: 'rows', bAlong: 'columns' };
}

/** Whether {@link narrowFilterGradientProblem} is the better one: few outputs would leave most of a tile empty. */
export function isNarrow({ outputs, inputs, kernelHeight, kernelWidth, stride }: ConvolutionStructure): boolean {
  return stride === 1 && outputs <= 4 && outputs < inputs && kernelHeight * kernelWidth > 1;
}

/**
 * The filter's gradient of a layer with few outputs and stride 1: rows are inputs, the depth is positions of the padded x, columns are
 * taps and outputs. So dy is gathered, of which there is little, and x is read once.
 */
export function narrowFilterGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const columns = `${text.kernelHeight} * ${text.kernelWidth} * ${text.outputs}`;
  const dyAt = outputs % 4 === 0 ? 'b_values[at >> 2u][at & 3]' : 'b_values[at]';
  const source = `${header([inputs, outputs, 1], false, half ? SCALED_OPERANDS.filterGradient : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32, height: i32, width: i32 }
fn problem_of(z: u32) -> Problem {
  let height = p.height + ${text.top} + ${text.bottom};
  let width = p.width + ${text.left} + ${text.right};
  let first = i32(z) * p.depth_per_split;
  let end = min(first + p.depth_per_split, p.batch * height * width);
  return Problem(${text.inputs}, first, end, i32(z) * p.result_values, height, width);
}
struct RowOfA { m: i32 }
fn row_of_a(m: i32, problem: Problem) -> RowOfA { return RowOfA(m); }
${imageAt(structure, text)}
/** Image, row and column of a position of the padded x. */
fn place_of(k: i32, problem: Problem) -> vec3i {
  let positions = problem.height * problem.width;
  let position = remainder(k, positions);
  return vec3i(quotient(k, positions), quotient(position, problem.width), remainder(position, problem.width));
}
fn value_of_a(m: i32, k: i32, problem: Problem) -> ${element(inputs)} {
  let place = place_of(k, problem);
  let channel = min(m, ${text.inputs} - ${inputs % 4 === 0 ? 4 : 1});
  return image_at(place.x * p.height * p.width, place.y - ${text.top}, place.z - ${text.left}, channel, k < problem.end);
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(inputs, (i) => `value_of_a(row.m + ${i}, k, problem)`)}; }
fn value_of_b(place: vec3i, n: i32, wanted: bool) -> f32 {
  let tap = quotient(n, ${text.outputs});
  let y = place.y - quotient(tap, ${text.kernelWidth});
  let x = place.z - remainder(tap, ${text.kernelWidth});
  let inside = wanted && n < ${columns} && y >= 0 && x >= 0 && y < p.out_height && x < p.out_width;
  let at = select(0, ((place.x * p.out_height + y) * p.out_width + x) * ${text.outputs} + remainder(n, ${text.outputs}), inside);
  return select(0.0, ${dyAt}, inside);
}
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f {
  let place = place_of(k, problem);
  let wanted = k < problem.end;
  return vec4f(${[0, 1, 2, 3].map((i) => `value_of_b(place, n + ${i}, wanted)`).join(', ')});
}
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
fn store(start: i32, n: i32, values: vec4f) {
  for (var i = 0; i < 4; i++) {
    let column = n + i;
    if (column >= ${columns}) { return; }
    let tap = quotient(column, ${text.outputs});
    result[start + tap * ${text.inputs} * ${text.outputs} + remainder(column, ${text.outputs})] = values[i];
  }
}`;
  return { source, columns: `(${columns})`, aAlong: 'rows', bAlong: 'columns' };
}

/** Adds up the partial sums of a product that was split, in order. Its parameter `batch` is the number of splits. */
export function sumOfSplitsSource(structure: ConvolutionStructure, epilogue: Epilogue, specialised: boolean): string {
  const { outputs } = structure;
  const text = textOf(structure, specialised).outputs;
  const type = element(outputs);
  const step = outputs % 4 === 0 ? 4 : 1;
  const bias = epilogue.bias ? `sum += ${type === 'f32' ? `bias[i % ${text}]` : `bias_at(i % ${text})`};` : '';
  const last = epilogue.bias ? 2 : 1;
  return `${PARAMETERS}
@group(0) @binding(0) var<storage, read> partial_sums: array<${type}>;
${epilogue.bias ? '@group(0) @binding(1) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${last}) var<storage, read_write> result: array<${type}>;
@group(0) @binding(${last + 1}) var<uniform> p: Parameters;
${activationFunction(epilogue, type)}
${epilogue.bias && type === 'vec4f' ? biasAt(text) : ''}
@compute @workgroup_size(${SUM_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = i32(id.x + id.y * groups.x * ${SUM_THREADS}u) * ${step};
  if (i >= p.result_values) { return; }
  var sum = ${type}();
  for (var split = 0; split < p.batch; split++) { sum += partial_sums[(split * p.result_values + i) / ${step}]; }
  ${bias}
  result[i / ${step}] = activate(sum);
}`;
}

/** Invocations of a workgroup of {@link sumOfSplitsSource}. */
export const SUM_THREADS = 64;

/** @param channels of a, b and the result */
function header(channels: readonly [number, number, number], bias: boolean, scaled: readonly ('a' | 'b')[]): string {
  const [a, b, result] = channels;
  const firstRange = bias ? 3 : 2;
  const last = firstRange + scaled.length;
  return `${PARAMETERS}
@group(0) @binding(0) var<storage, read> a_values: array<${element(a)}>;
@group(0) @binding(1) var<storage, read> b_values: array<${element(b)}>;
${bias ? '@group(0) @binding(2) var<storage, read> bias: array<f32>;' : ''}
${scaled.map((name, i) => scaleSource(name, firstRange + i)).join('\n')}
${(['a', 'b'] as const)
  .filter((name) => !scaled.includes(name))
  .map(unscaledSource)
  .join('\n')}
@group(0) @binding(${last}) var<storage, read_write> result: array<${element(result)}>;
@group(0) @binding(${last + 1}) var<uniform> p: Parameters;
${DIVISIONS}`;
}

/** Signed divisions cost more, and WGSL makes them total; nothing here is negative. */
const DIVISIONS = `fn quotient(a: i32, b: i32) -> i32 { return i32(u32(a) / u32(b)); }
fn remainder(a: i32, b: i32) -> i32 { return i32(u32(a) % u32(b)); }`;

/** Channels that come in fours are read and written as vectors. */
function element(channels: number): 'vec4f' | 'f32' {
  return channels % 4 === 0 ? 'vec4f' : 'f32';
}

/** The place of value `index` in an array of `element(channels)`. */
function at(channels: number, index: string): string {
  return channels % 4 === 0 ? `(${index}) >> 2u` : index;
}

/** Four values next to each other: one read of a vector, or four of scalars. */
function four(channels: number, value: (i: number) => string): string {
  return channels % 4 === 0 ? value(0) : `vec4f(${[0, 1, 2, 3].map(value).join(', ')})`;
}

/** Four values of `name` from `index` on; those past its `count` values are any of its values. */
function vectorAt(name: string, channels: number, index: string, count: string): string {
  return four(channels, (i) => `${name}[${at(channels, `min(${index} + ${i}, ${count} - 1)`)}]`);
}

/** Number of a filter's values. */
function filterValues({
  kernelHeight,
  kernelWidth,
  inputs,
  outputs,
}: Omit<StructureText, 'top' | 'bottom' | 'left' | 'right' | 'stride'>): string {
  return `${kernelHeight} * ${kernelWidth} * ${inputs} * ${outputs}`;
}

/** `image_at`: a value, or four, of x at a position that may lie in the padding. */
function imageAt({ inputs, reflect }: ConvolutionStructure, text: StructureText): string {
  const type = element(inputs);
  const index = (y: string, x: string) => `(image + ${y} * p.width + ${x}) * ${text.inputs} + channel`;
  return reflect
    ? `fn mirror(i: i32, size: i32) -> i32 { return clamp(size - 1 - abs(size - 1 - abs(i)), 0, size - 1); }
fn image_at(image: i32, y: i32, x: i32, channel: i32, wanted: bool) -> ${type} {
  let at = select(0, ${index('mirror(y, p.height)', 'mirror(x, p.width)')}, wanted);
  return select(${type}(), a_values[${at(inputs, 'at')}], wanted);
}`
    : `fn image_at(image: i32, y: i32, x: i32, channel: i32, wanted: bool) -> ${type} {
  let inside = wanted && y >= 0 && x >= 0 && y < p.height && x < p.width;
  let at = select(0, ${index('y', 'x')}, inside);
  return select(${type}(), a_values[${at(inputs, 'at')}], inside);
}`;
}

/** `mirrored`: the positions of the padded image, along one axis, that hold the same pixel; absent ones far outside. */
const MIRRORED = `fn seen(at: i32, end: i32) -> bool { return at >= 0 && at < end; }
fn near_border(i: i32, before: i32, after: i32, size: i32) -> bool {
  return (i >= 1 && i <= before) || (i < size - 1 && i >= size - 1 - after);
}
fn mirrored(at: i32, before: i32, after: i32, size: i32) -> vec3i {
  let i = at - before;
  let last = size - 1;
  return vec3i(
    at,
    select(-1048576, before - i, i >= 1 && i <= before),
    select(-1048576, before + 2 * last - i, i < last && i >= last - after),
  );
}`;

function storeColumns(columns: number, text: string, epilogue: Epilogue): string {
  const value = epilogue.bias ? 'activate(values + bias_at(n))' : 'activate(values)';
  const store =
    columns % 4 === 0
      ? `if (n < ${text}) { result[(start + n) >> 2u] = ${value}; }`
      : `let stored = ${value};
  ${[0, 1, 2, 3].map((i) => `if (n + ${i} < ${text}) { result[start + n + ${i}] = stored[${i}]; }`).join('\n  ')}`;
  return `${activationFunction(epilogue, 'vec4f')}
${epilogue.bias ? biasAt(text) : ''}
fn store(start: i32, n: i32, values: vec4f) {
  ${store}
}`;
}

/** @param outputs number of biases; past it any of them are returned */
function biasAt(outputs: string): string {
  const values = [0, 1, 2, 3].map((i) => `bias[min(n + ${i}, ${outputs} - 1)]`);
  return `fn bias_at(n: i32) -> vec4f { return vec4f(${values.join(', ')}); }`;
}

/** Written so that a NaN stays one: a ruined run must be seen. */
function activationFunction({ activation, slope }: Epilogue, type: 'vec4f' | 'f32'): string {
  const zero = `${type}()`;
  const body = {
    none: 'x',
    relu: `select(x, ${zero}, x < ${zero})`,
    leakyRelu: `select(x, x * ${slope}, x < ${zero})`,
    tanh: `sign(x) * (1.0 - exp(-2.0 * abs(x))) / (1.0 + exp(-2.0 * abs(x)))`,
  }[activation];
  return `fn activate(x: ${type}) -> ${type} { return ${body}; }`;
}
