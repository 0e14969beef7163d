import type { GpuProgram } from '../device/gpu-program.ts';
import { kernelProgram, laneSum, read, THREADS, type VectorWidth, valueType, write } from '../device/kernel-source.ts';

/** What the source of a program depends on. */
export interface NormVariant {
  /** Channels in one load. */
  readonly vector: VectorWidth;
  /** Loads side by side in a workgroup, a power of 2; the threads that remain stand for different pixels. */
  readonly lanes: number;
  readonly rectifier: string;
  readonly residual: boolean;
}

const PARAMETERS = [
  'pixels: u32',
  'channels: u32', // in loads
  'slabs: u32',
  'slabPixels: u32',
  'slope: f32',
  'epsilon: f32',
];

/** Where a thread works. Workgroups: x the channels, y the sample, z the slab. */
const place = (lanes: number) => `
  let channels = parameters.channels;
  let channel = group.x * ${lanes}u + thread % ${lanes}u;
  let inside = channel < channels;
  let row = thread / ${lanes}u;
  let begin = group.y * parameters.pixels * channels + channel;
  let own = group.y * channels + channel;
  let first = group.z * parameters.slabPixels;
  let end = min(first + parameters.slabPixels, parameters.pixels);`;

/** A loop over the pixels of a thread, with the element as `at`. */
const overPixels = (lanes: number, body: string) => `
  for (var pixel = first + row; pixel < end; pixel += ${THREADS / lanes}u) {
    let at = begin + pixel * channels;
    ${body}
  }`;

/** A loop over the slabs of an image, shared by the threads of a channel, with two numbers of each as `sums[at]`. */
const overSlabs = (lanes: number, body: string) => `
  for (var slab = row; slab < parameters.slabs; slab += ${THREADS / lanes}u) {
    let at = ((group.y * parameters.slabs + slab) * channels + channel) * 2u;
    ${body}
  }`;

const slabPlace = 'let to = ((group.y * parameters.slabs + group.z) * channels + channel) * 2u;';

/** The rectifiers keep NaN, where a maximum would hide it on some GPUs, and with it a ruined run. */
function rectified(value: string, condition: string, { vector, rectifier }: NormVariant): string {
  if (rectifier === 'none') return value;
  return `select(${value} * parameters.slope, ${value}, ${condition} > ${valueType(vector)}())`;
}

const normalised = (variant: NormVariant) => `
  ${overPixels(
    variant.lanes,
    `let normal = (x[at] - mean) * inverse;
    y[at] = ${rectified('normal', 'normal', variant)}${variant.residual ? ' + residual[at]' : ''};`,
  )}
  if (row == 0u && group.z == 0u) {
    means[own] = mean;
    inverses[own] = inverse;
  }`;

/**
 * The mean of a thread's channel over the pixels of its workgroup, and the sum of squared distances from it, in two
 * passes. The second also finds what the mean misses: signs of values near it decide which gradients a rectifier passes.
 */
const statistics = (lanes: number, type: string) => `
  let count = f32(end - first);
  var sum = ${type}();
  if (inside) { ${overPixels(lanes, 'sum += x[at];')} }
  let roughMean = laneSum(sum, thread) / count;
  var rest = ${type}();
  var squares = ${type}();
  if (inside) { ${overPixels(lanes, 'let away = x[at] - roughMean; rest += away; squares += away * away;')} }
  rest = laneSum(rest, thread) / count;
  squares = laneSum(squares, thread) - count * rest * rest;
  let mean = roughMean + rest;`;

/** Mean and inverse deviation of whole images in two passes, then the result: all in one dispatch. */
export function wholeNorm(label: string, variant: NormVariant): GpuProgram {
  const { lanes, vector, residual } = variant;
  const type = valueType(vector);
  const outputs = [write('y', type), write('means', type), write('inverses', type)];
  return kernelProgram({
    label,
    storage: [...outputs, read('x', type), ...(residual ? [read('residual', type)] : [])],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
${statistics(lanes, type)}
  let inverse = 1 / sqrt(squares / f32(parameters.pixels) + parameters.epsilon);
  if (!inside) { return; }
  ${normalised(variant)}`,
  });
}

/** Mean, and sum of squared distances from it, of each slab: of the values themselves no square is summed. */
export function slabStatistics(label: string, { lanes, vector }: NormVariant): GpuProgram {
  const type = valueType(vector);
  return kernelProgram({
    label,
    storage: [write('sums', type), read('x', type)],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
${statistics(lanes, type)}
  if (!inside || row != 0u) { return; }
  ${slabPlace}
  sums[to] = mean;
  sums[to + 1u] = squares;`,
  });
}

/** Joins the statistics of the slabs (Chan et al. 1979), and writes the result of one slab. */
export function finishNorm(label: string, variant: NormVariant): GpuProgram {
  const { lanes, vector, residual } = variant;
  const type = valueType(vector);
  const outputs = [write('y', type), write('means', type), write('inverses', type)];
  const count = 'f32(min(parameters.slabPixels, parameters.pixels - slab * parameters.slabPixels))';
  return kernelProgram({
    label,
    storage: [...outputs, read('sums', type), read('x', type), ...(residual ? [read('residual', type)] : [])],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
  var firstMean = ${type}();
  var sum = ${type}();
  if (inside) {
    firstMean = sums[(group.y * parameters.slabs * channels + channel) * 2u];
    ${overSlabs(lanes, `sum += (sums[at] - firstMean) * ${count};`)}
  }
  let mean = firstMean + laneSum(sum, thread) / f32(parameters.pixels);
  var squares = ${type}();
  if (inside) {
    ${overSlabs(lanes, `let away = sums[at] - mean; squares += sums[at + 1u] + away * away * ${count};`)}
  }
  let inverse = 1 / sqrt(laneSum(squares, thread) / f32(parameters.pixels) + parameters.epsilon);
  if (!inside) { return; }
  ${normalised(variant)}`,
  });
}

const gradientInputs = (type: string) => [
  read('dy', type),
  read('x', type),
  read('means', type),
  read('inverses', type),
];

/** The statistics of a channel, and the sums of dN and of N dN over the pixels of a workgroup, N being the normal. */
const gradientSums = (variant: NormVariant) => {
  const type = valueType(variant.vector);
  return `
  var mean = ${type}();
  var inverse = ${type}();
  var plain = ${type}();
  var along = ${type}();
  if (inside) {
    mean = means[own];
    inverse = inverses[own];
    ${overPixels(
      variant.lanes,
      `let normal = (x[at] - mean) * inverse;
    let dNormal = ${rectified('dy[at]', 'normal', variant)};
    plain += dNormal;
    along += dNormal * normal;`,
    )}
  }
  plain = laneSum(plain, thread);
  along = laneSum(along, thread);`;
};

/** dx = (dN - mean of dN - N mean of N dN) / deviation, with the means as `plain` and `along`. */
const gradientResult = (variant: NormVariant) =>
  overPixels(
    variant.lanes,
    `let normal = (x[at] - mean) * inverse;
    let dNormal = ${rectified('dy[at]', 'normal', variant)};
    dx[at] = inverse * (dNormal - plain - normal * along);`,
  );

/** The gradient of whole images, in one dispatch. */
export function wholeGradient(label: string, variant: NormVariant): GpuProgram {
  const { lanes, vector } = variant;
  const type = valueType(vector);
  return kernelProgram({
    label,
    storage: [write('dx', type), ...gradientInputs(type)],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
  ${gradientSums(variant)}
  plain /= f32(parameters.pixels);
  along /= f32(parameters.pixels);
  if (!inside) { return; }
  ${gradientResult(variant)}`,
  });
}

/** The two sums of each slab that the gradient needs. */
export function slabGradientSums(label: string, variant: NormVariant): GpuProgram {
  const { lanes, vector } = variant;
  const type = valueType(vector);
  return kernelProgram({
    label,
    storage: [write('sums', type), ...gradientInputs(type)],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
  ${gradientSums(variant)}
  if (!inside || row != 0u) { return; }
  ${slabPlace}
  sums[to] = plain;
  sums[to + 1u] = along;`,
  });
}

/** Joins the sums of the slabs, and writes the gradient of one slab. */
export function finishGradient(label: string, variant: NormVariant): GpuProgram {
  const { lanes, vector } = variant;
  const type = valueType(vector);
  return kernelProgram({
    label,
    storage: [write('dx', type), read('sums', type), ...gradientInputs(type)],
    parameters: PARAMETERS,
    declarations: laneSum(type, lanes),
    main: `${place(lanes)}
  var plain = ${type}();
  var along = ${type}();
  if (inside) { ${overSlabs(lanes, 'plain += sums[at]; along += sums[at + 1u];')} }
  plain = laneSum(plain, thread) / f32(parameters.pixels);
  along = laneSum(along, thread) / f32(parameters.pixels);
  if (!inside) { return; }
  let mean = means[own];
  let inverse = inverses[own];
  ${gradientResult(variant)}`,
  });
}
