import { scaleSource, unscaledSource } from './value-range.ts';

// What the problems of convolutions have in common: their numbers, their parameters, and the WGSL that all of them use.

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
export function textOf(
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

/** Phases along an axis. Reflected positions fall into the same phase only for strides of at most 2. */
export function phaseStride({ stride, reflect }: ConvolutionStructure): number {
  return reflect && stride > 2 ? 1 : stride;
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
export function header(
  channels: readonly [number, number, number],
  bias: boolean,
  scaled: readonly ('a' | 'b')[],
): string {
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
export function element(channels: number): 'vec4f' | 'f32' {
  return channels % 4 === 0 ? 'vec4f' : 'f32';
}

/** The place of value `index` in an array of `element(channels)`. */
export function at(channels: number, index: string): string {
  return channels % 4 === 0 ? `(${index}) >> 2u` : index;
}

/** Four values next to each other: one read of a vector, or four of scalars. */
export function four(channels: number, value: (i: number) => string): string {
  return channels % 4 === 0 ? value(0) : `vec4f(${[0, 1, 2, 3].map(value).join(', ')})`;
}

/** Four values of `name` from `index` on; those past its `count` values are any of its values. */
export function vectorAt(name: string, channels: number, index: string, count: string): string {
  return four(channels, (i) => `${name}[${at(channels, `min(${index} + ${i}, ${count} - 1)`)}]`);
}

/** Number of a filter's values. */
export function filterValues({
  kernelHeight,
  kernelWidth,
  inputs,
  outputs,
}: Omit<StructureText, 'top' | 'bottom' | 'left' | 'right' | 'stride'>): string {
  return `${kernelHeight} * ${kernelWidth} * ${inputs} * ${outputs}`;
}

/** `image_at`: a value, or four, of x at a position that may lie in the padding. */
export function imageAt({ inputs, reflect }: ConvolutionStructure, text: StructureText): string {
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

/** `store` of a problem whose rows of the result are outputs next to each other. */
export function storeColumns(columns: number, text: string, epilogue: Epilogue): string {
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
