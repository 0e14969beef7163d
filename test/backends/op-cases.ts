import { createRng } from '@instagan/core';
import {
  type Activation,
  absoluteDifferenceSum,
  accumulate,
  adamRates,
  adamUpdate,
  blockSum,
  channelSum,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  instanceNorm,
  nearestUpsampling,
  powerIteration,
  type Rectifier,
  reflectionPad,
  setSpread,
  setSum,
  spectralNorm,
  squaredDifferenceSum,
  transposedConvolution,
  uncoveredDifferenceSum,
} from '@instagan/core/internals/ops';
import * as tf from '@tensorflow/tfjs';
import {
  type Array64,
  absoluteDifferenceSum64,
  activate64,
  adamStep64,
  blockSum64,
  convolution64,
  filterGradient64,
  inputGradient64,
  instanceNorm64,
  nearestUpsampling64,
  type Padding,
  powerIteration64,
  reflectedShape,
  reflectionPad64,
  reflectionPadGradient64,
  setSpread64,
  setSum64,
  sizeOf,
  spectralNorm64,
  squaredDifferenceSum64,
  uncoveredDifferenceSum64,
} from '../helpers/float64.ts';

/** One call of an op: on the backend, and in float64. */
export interface OpCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Array64>>;
  /** Inputs whose gradient training uses. */
  readonly differentiable: readonly string[];
  run(inputs: Record<string, tf.Tensor>): tf.Tensor;
  reference(inputs: Readonly<Record<string, Array64>>): Array64;
}

type Shape4D = [number, number, number, number];

/** Normal values that float32 holds exactly, around `mean`; the same for the same label. */
function random(label: string, shape: readonly number[], mean = 0): Array64 {
  const rng = createRng(1, label, ...shape);
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(mean + rng.normal())) };
}

function scaled({ shape, data }: Array64, factor: number): Array64 {
  return { shape, data: data.map((value) => value * factor) };
}

function unit(label: string, length: number): Array64 {
  const { shape, data } = random(label, [length]);
  const norm = Math.hypot(...data);
  return { shape, data: data.map((value) => Math.fround(value / norm)) };
}

interface Geometry {
  readonly x: Shape4D;
  readonly kernel: number;
  readonly outputs: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly border?: 'reflect';
  readonly activation?: Activation;
}

const NO_PADDING = [0, 0, 0, 0] as const;
const TANH = { kind: 'tanh' } as const;
const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

/** What the networks use, and odd sizes, uneven paddings and pixels that stride 2 leaves out. */
const CONVOLUTIONS: readonly Geometry[] = [
  { x: [1, 7, 8, 3], kernel: 7, outputs: 8, stride: 1, padding: [3, 3, 3, 3], border: 'reflect' },
  { x: [1, 4, 5, 8], kernel: 7, outputs: 3, stride: 1, padding: [3, 3, 3, 3], border: 'reflect', activation: TANH },
  { x: [2, 6, 5, 8], kernel: 3, outputs: 8, stride: 1, padding: [1, 1, 1, 1], border: 'reflect' },
  { x: [1, 2, 3, 5], kernel: 3, outputs: 5, stride: 1, padding: [1, 1, 1, 1], border: 'reflect', activation: LEAKY },
  { x: [1, 7, 6, 3], kernel: 3, outputs: 8, stride: 2, padding: [1, 1, 1, 1], border: 'reflect' },
  { x: [2, 8, 8, 3], kernel: 4, outputs: 8, stride: 2, padding: [1, 1, 1, 1], activation: LEAKY },
  { x: [1, 5, 4, 3], kernel: 3, outputs: 5, stride: 1, padding: [1, 1, 1, 1], activation: { kind: 'relu' } },
  { x: [1, 10, 9, 3], kernel: 7, outputs: 5, stride: 1, padding: [0, 0, 0, 0] },
  { x: [2, 8, 8, 1], kernel: 7, outputs: 8, stride: 1, padding: [0, 0, 0, 0] },
  { x: [1, 9, 8, 8], kernel: 7, outputs: 3, stride: 1, padding: [0, 0, 0, 0] },
  { x: [2, 6, 5, 8], kernel: 3, outputs: 8, stride: 1, padding: [0, 0, 0, 0] },
  { x: [1, 5, 7, 5], kernel: 3, outputs: 3, stride: 1, padding: [1, 1, 1, 1] },
  { x: [2, 8, 6, 3], kernel: 3, outputs: 5, stride: 2, padding: [1, 1, 1, 1] },
  { x: [1, 7, 9, 8], kernel: 3, outputs: 1, stride: 2, padding: [1, 1, 1, 1] },
  { x: [1, 6, 8, 5], kernel: 3, outputs: 8, stride: 2, padding: [0, 0, 0, 0] },
  { x: [2, 8, 8, 1], kernel: 4, outputs: 8, stride: 2, padding: [1, 1, 1, 1] },
  { x: [1, 9, 7, 3], kernel: 4, outputs: 5, stride: 2, padding: [1, 1, 1, 1] },
  { x: [2, 5, 5, 8], kernel: 4, outputs: 1, stride: 1, padding: [1, 1, 1, 1] },
  { x: [1, 6, 5, 5], kernel: 3, outputs: 3, stride: 1, padding: [2, 0, 1, 3] },
  { x: [1, 7, 6, 3], kernel: 4, outputs: 8, stride: 2, padding: [0, 3, 2, 1] },
  { x: [2, 4, 5, 3], kernel: 1, outputs: 5, stride: 1, padding: [0, 0, 0, 0] },
];

function outputShape({ x: [batch, height, width], kernel, outputs, stride, padding }: Geometry): Shape4D {
  const [top, bottom, left, right] = padding;
  const side = (size: number, before: number, after: number) =>
    Math.floor((size + before + after - kernel) / stride) + 1;
  return [batch, side(height, top, bottom), side(width, left, right), outputs];
}

function convolutionCases(geometry: Geometry, index: number): OpCase[] {
  const { x: xShape, kernel, outputs, stride, padding, border = 'zero', activation } = geometry;
  const filterShape: Shape4D = [kernel, kernel, xShape[3], outputs];
  const attributes = { stride, padding, border } as const;
  const label = `${kernel}x${kernel} ${xShape.join('x')} -> ${outputs}, stride ${stride}, ${border} ${padding.join(' ')}`;
  const x = random('x', xShape);
  // Sums of about 1, where tanh is not flat and passes on no more of their rounding than it gets.
  const filter = activation === TANH ? scaled(random('filter', filterShape), 1 / 16) : random('filter', filterShape);
  const dy = random('dy', outputShape(geometry));
  const biased = index % 2 === 0;
  return [
    {
      name: `convolution ${label}${biased ? ', bias' : ''}${activation ? `, ${activation.kind}` : ''}`,
      inputs: { x, filter, ...(biased ? { bias: random('bias', [outputs]) } : {}) },
      differentiable: ['x', 'filter', ...(biased ? ['bias'] : [])],
      run: ({ x, filter, bias }) =>
        convolution(x as tf.Tensor4D, filter as tf.Tensor4D, attributes, bias as tf.Tensor1D | undefined, activation),
      reference: ({ x, filter, bias }) => {
        const [input, sides] = border === 'reflect' ? [reflectionPad64(x!, padding[0]), NO_PADDING] : [x!, padding];
        return activate64(convolution64(input, filter!, stride, sides, bias), activation);
      },
    },
    {
      name: `convolutionInputGradient ${label}`,
      inputs: { dy, filter },
      differentiable: ['dy', 'filter'],
      run: ({ dy, filter }) => convolutionInputGradient(dy as tf.Tensor4D, filter as tf.Tensor4D, xShape, attributes),
      reference: ({ dy, filter }) =>
        border === 'reflect'
          ? reflectionPadGradient64(
              inputGradient64(dy!, filter!, reflectedShape(xShape, padding[0]), stride, NO_PADDING),
              padding[0],
            )
          : inputGradient64(dy!, filter!, xShape, stride, padding),
    },
    {
      name: `convolutionFilterGradient ${label}`,
      inputs: { x, dy },
      differentiable: [],
      run: ({ x, dy }) => convolutionFilterGradient(x as tf.Tensor4D, dy as tf.Tensor4D, filterShape, attributes),
      reference: ({ x, dy }) => {
        const [input, sides] = border === 'reflect' ? [reflectionPad64(x!, padding[0]), NO_PADDING] : [x!, padding];
        return filterGradient64(input, dy!, filterShape, stride, sides);
      },
    },
  ];
}

function transposedCase(shape: Shape4D, outputs: number): OpCase {
  const doubled: Shape4D = [shape[0], 2 * shape[1], 2 * shape[2], outputs];
  return {
    name: `transposedConvolution ${shape.join('x')} -> ${outputs}`,
    inputs: { x: random('x', shape), filter: random('filter', [3, 3, outputs, shape[3]]) },
    differentiable: ['x', 'filter'],
    run: ({ x, filter }) => transposedConvolution(x as tf.Tensor4D, filter as tf.Tensor4D),
    reference: ({ x, filter }) => inputGradient64(x!, filter!, doubled, 2, [1, 1, 1, 1]),
  };
}

function upsamplingCases([batch, height, width, channels]: Shape4D): OpCase[] {
  const label = [batch, height, width, channels].join('x');
  return [
    {
      name: `nearestUpsampling ${label}`,
      inputs: { x: random('x', [batch, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => nearestUpsampling(x as tf.Tensor4D),
      reference: ({ x }) => nearestUpsampling64(x!),
    },
    {
      name: `blockSum to ${label}`,
      inputs: { x: random('x', [batch, 2 * height, 2 * width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => blockSum(x as tf.Tensor4D),
      reference: ({ x }) => blockSum64(x!),
    },
  ];
}

function reflectionCase(shape: Shape4D, pad: number): OpCase {
  return {
    name: `reflectionPad ${shape.join('x')} by ${pad}`,
    inputs: { x: random('x', shape) },
    differentiable: ['x'],
    run: ({ x }) => reflectionPad(x as tf.Tensor4D, pad),
    reference: ({ x }) => reflectionPad64(x!, pad),
  };
}

function normCase(shape: Shape4D, activation: Rectifier, withResidual: boolean): OpCase {
  const slope = activation.kind === 'leakyRelu' ? activation.slope : activation.kind === 'relu' ? 0 : 1;
  return {
    name: `instanceNorm ${shape.join('x')}, ${activation.kind}${withResidual ? ', residual' : ''}`,
    inputs: { x: random('x', shape, 2), ...(withResidual ? { residual: random('residual', shape) } : {}) },
    differentiable: withResidual ? ['x', 'residual'] : ['x'],
    run: ({ x, residual }) => instanceNorm(x as tf.Tensor4D, activation, residual as tf.Tensor4D | undefined),
    reference: ({ x, residual }) => instanceNorm64(x!, slope, residual),
  };
}

function setCases(counts: readonly number[], [height, width, channels]: [number, number, number]): OpCase[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const label = `of ${counts.join(', ')}, ${height}x${width}x${channels}`;
  return [
    {
      name: `setSum ${label}`,
      inputs: { x: random('x', [total, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => setSum(x as tf.Tensor4D, counts),
      reference: ({ x }) => setSum64(x!, counts),
    },
    {
      name: `setSpread ${label}`,
      inputs: { x: random('x', [counts.length, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => setSpread(x as tf.Tensor4D, counts),
      reference: ({ x }) => setSpread64(x!, counts),
    },
  ];
}

function spectralCases(shape: Shape4D): OpCase[] {
  const outputs = shape[3];
  const weight = random('weight', shape);
  const u = unit('u', outputs);
  const label = shape.join('x');
  return [
    {
      name: `spectralNorm ${label}`,
      inputs: { weight, u, v: unit('v', sizeOf(shape) / outputs) },
      differentiable: ['weight'],
      run: ({ weight, u, v }) => spectralNorm(weight as tf.Tensor4D, { u: u as tf.Tensor1D, v: v as tf.Tensor1D }),
      reference: ({ weight, u, v }) => spectralNorm64(weight!, u!, v!),
    },
    {
      name: `powerIteration ${label}`,
      inputs: { weight, u },
      differentiable: [],
      run: ({ weight, u }) => {
        const half = tf.mul(weight!, 0.5);
        const [next, same] = powerIteration([weight, half] as tf.Tensor4D[], [u, u] as tf.Tensor1D[]);
        return tf.concat([next!.u, next!.v, same!.u, same!.v]);
      },
      reference: ({ weight, u }) => {
        const { shape, data } = powerIteration64(weight!, u!);
        return { shape: [2 * shape[0]!], data: Float64Array.from([...data, ...data]) };
      },
    },
  ];
}

function differenceCases(shape: Shape4D): OpCase[] {
  const label = shape.join('x');
  return [
    {
      name: `absoluteDifferenceSum ${label}`,
      inputs: { x: random('x', shape), target: random('target', shape) },
      differentiable: ['x', 'target'],
      run: ({ x, target }) => absoluteDifferenceSum(x as tf.Tensor4D, target as tf.Tensor4D, 0.3),
      reference: ({ x, target }) => absoluteDifferenceSum64(x!, target!, 0.3),
    },
    {
      name: `squaredDifferenceSum ${label}`,
      inputs: { x: random('x', shape) },
      differentiable: ['x'],
      run: ({ x }) => squaredDifferenceSum(x as tf.Tensor4D, 1, 0.3),
      reference: ({ x }) => squaredDifferenceSum64(x!, 1, 0.3),
    },
  ];
}

function uncoveredCase(counts: readonly number[], [height, width, channels]: [number, number, number]): OpCase {
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Around -0.8, so that some pixels are covered in part.
  const masks = (label: string) => {
    const { shape, data } = random(label, [total, height, width, 1]);
    return { shape, data: data.map((value) => Math.fround(-0.8 + 0.3 * value)) };
  };
  return {
    name: `uncoveredDifferenceSum of ${counts.join(', ')}, ${height}x${width}x${channels}`,
    inputs: {
      image: random('image', [counts.length, height, width, channels]),
      masks: masks('masks'),
      otherImage: random('other image', [counts.length, height, width, channels]),
      otherMasks: masks('other masks'),
    },
    differentiable: ['image', 'masks', 'otherImage', 'otherMasks'],
    run: ({ image, masks, otherImage, otherMasks }) =>
      uncoveredDifferenceSum(
        { image: image as tf.Tensor4D, masks: masks as tf.Tensor4D },
        { image: otherImage as tf.Tensor4D, masks: otherMasks as tf.Tensor4D },
        counts,
        0.3,
      ),
    reference: ({ image, masks, otherImage, otherMasks }) =>
      uncoveredDifferenceSum64(image!, masks!, otherImage!, otherMasks!, counts, 0.3),
  };
}

function channelSumCase(shape: Shape4D): OpCase {
  return {
    name: `channelSum ${shape.join('x')}`,
    inputs: { x: random('x', shape) },
    differentiable: [],
    run: ({ x }) => channelSum(x as tf.Tensor4D),
    reference: ({ x }) => {
      const sums = new Float64Array(shape[3]);
      for (const [i, value] of x!.data.entries()) sums[i % shape[3]]! += value;
      return { shape: [shape[3]], data: sums };
    },
  };
}

function accumulateCase(shapes: readonly (readonly number[])[]): OpCase {
  const each = (label: string) => shapes.map((shape, i) => [`${label}${i}`, random(`${label} ${i}`, shape)] as const);
  return {
    name: `accumulate of ${shapes.map((shape) => shape.join('x')).join(', ')}`,
    inputs: Object.fromEntries([...each('total'), ...each('more')]),
    differentiable: [],
    run: (tensors) => {
      const all = (name: string) => shapes.map((_, i) => tensors[`${name}${i}`] as tf.Tensor);
      return tf.concat(accumulate(all('total'), all('more')).map((sum) => tf.reshape(sum, [-1])));
    },
    reference: (arrays) => {
      const sums = shapes.flatMap((_, i) => {
        const more = arrays[`more${i}`]!.data;
        return [...arrays[`total${i}`]!.data.map((value, place) => value + more[place]!)];
      });
      return { shape: [sums.length], data: Float64Array.from(sums) };
    },
  };
}

function adamCase(shapes: readonly (readonly number[])[], step: number): OpCase {
  const settings = { learningRate: 0.1, beta1: 0.5, beta2: 0.999, step };
  const inputs = Object.fromEntries(
    shapes.flatMap((shape, i) => {
      const v = random(`v ${i}`, shape);
      return [
        [`parameter${i}`, random(`parameter ${i}`, shape)],
        [`gradient${i}`, random(`gradient ${i}`, shape)],
        [`m${i}`, random(`m ${i}`, shape)],
        [`v${i}`, { shape, data: v.data.map((value) => Math.fround(value * value)) }],
      ];
    }),
  );
  return {
    name: `adamUpdate of ${shapes.map((shape) => shape.join('x')).join(', ')}, step ${step}`,
    inputs,
    differentiable: [],
    run: (tensors) => {
      const all = (name: string) => shapes.map((_, i) => tensors[`${name}${i}`] as tf.Tensor);
      const state = { parameters: all('parameter'), m: all('m'), v: all('v') };
      const rates = adamRates(settings.learningRate, settings, step);
      const next = adamUpdate(state, all('gradient'), rates, { ...settings, epsilon: 1e-8 });
      const flat = shapes.flatMap((_, i) =>
        [next.parameters[i]!, next.m[i]!, next.v[i]!].map((x) => tf.reshape(x, [-1])),
      );
      return tf.concat(flat);
    },
    reference: (arrays) => {
      const data = shapes.flatMap((_, i) => {
        const values = (name: string) => (arrays[`${name}${i}`] as Array64).data.slice();
        const state = { parameter: values('parameter'), m: values('m'), v: values('v') };
        adamStep64(state, values('gradient'), settings);
        return [...state.parameter, ...state.m, ...state.v];
      });
      return { shape: [data.length], data: Float64Array.from(data) };
    },
  };
}

const RECTIFIERS: readonly Rectifier[] = [{ kind: 'none' }, { kind: 'relu' }, { kind: 'leakyRelu', slope: 0.2 }];

export const OP_CASES: readonly OpCase[] = [
  ...CONVOLUTIONS.flatMap(convolutionCases),
  transposedCase([1, 3, 4, 8], 5),
  transposedCase([2, 4, 3, 3], 1),
  transposedCase([1, 1, 1, 5], 8),
  ...upsamplingCases([2, 3, 4, 8]),
  ...upsamplingCases([1, 1, 5, 3]),
  reflectionCase([1, 4, 5, 3], 1),
  reflectionCase([2, 4, 6, 8], 3),
  reflectionCase([1, 2, 3, 1], 1),
  ...RECTIFIERS.flatMap((activation) => [
    normCase([2, 5, 4, 3], activation, false),
    normCase([1, 6, 7, 8], activation, true),
  ]),
  ...setCases([1, 3, 2], [3, 2, 5]),
  ...setCases([4], [2, 3, 8]),
  ...setCases([1, 1], [2, 2, 1]),
  ...spectralCases([4, 4, 3, 5]),
  ...spectralCases([4, 4, 8, 1]),
  ...differenceCases([2, 5, 4, 3]),
  ...differenceCases([1, 7, 3, 1]),
  uncoveredCase([1], [4, 5, 3]),
  uncoveredCase([1, 2], [3, 4, 3]),
  adamCase([[3, 3, 5, 8]], 1),
  adamCase([[7], [3, 1, 2, 4]], 100),
  channelSumCase([2, 5, 4, 3]),
  channelSumCase([1, 3, 7, 8]),
  accumulateCase([[3], [2, 3, 4, 5], []]),
];

const MANY_SHAPES = [[3], [3, 3, 11, 12], [64], [1], [2, 2, 9, 30], [1030], [5, 4], [7, 7], [33], [17, 62]] as const;

/** Sizes at which kernels divide their work among more workgroups, dispatches or threads. */
export const LARGE_OP_CASES: readonly OpCase[] = [
  normCase([2, 66, 65, 6], { kind: 'relu' }, true),
  normCase([1, 70, 64, 12], { kind: 'none' }, false),
  channelSumCase([3, 65, 64, 5]),
  channelSumCase([2, 70, 40, 68]),
  ...differenceCases([2, 70, 66, 3]),
  // Among so many pixels some lie on the edge of the clamp, where finite differences mean nothing.
  { ...uncoveredCase([2, 1], [100, 90, 3]), differentiable: [] },
  ...spectralCases([4, 4, 40, 36]),
  adamCase(MANY_SHAPES, 3),
  accumulateCase(MANY_SHAPES),
];
