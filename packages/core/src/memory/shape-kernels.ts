import type { TensorInfo } from '@tensorflow/tfjs';

export type Shape = readonly number[];

/** Inputs and attributes of a kernel; whole networks come as lists. */
type Inputs = Readonly<Record<string, TensorInfo & readonly TensorInfo[]>>;
type Attributes = Readonly<Record<string, unknown>>;

/** The outputs of a kernel by shape: one or several, or one that lies in the memory of the input `x`. */
export type Outputs =
  | { readonly one: Shape }
  | { readonly several: readonly Shape[] }
  | { readonly sharedWithX: Shape };

type OutputsOf = (inputs: Inputs, attributes: Attributes) => Outputs;

const scalar: OutputsOf = () => ({ one: [] });
const like =
  (name: string): OutputsOf =>
  (inputs) => ({ one: shapeOf(inputs, name) });
const given =
  (name: string): OutputsOf =>
  (_inputs, attributes) => ({ one: attributes[name] as Shape });
const broadcast: OutputsOf = (inputs) => ({ one: broadcastShape(shapeOf(inputs, 'a'), shapeOf(inputs, 'b')) });

/**
 * What training runs, by name of its kernel: the ops of this project, and those of TensorFlow.js that it uses besides.
 * A test trains on these and fails if one is missing.
 */
export const SHAPE_KERNELS: Readonly<Record<string, OutputsOf>> = {
  Convolution: convolution,
  ConvolutionInputGradient: given('inputShape'),
  ConvolutionFilterGradient: given('filterShape'),
  ActivationGradient: like('dy'),
  ChannelSum: (inputs) => ({ one: shapeOf(inputs, 'x').slice(-1) }),
  InstanceNorm: (inputs) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = shapeOf(inputs, 'x');
    const statistics = [batch, channels];
    return { several: [[batch, height, width, channels], statistics, statistics] };
  },
  InstanceNormGradient: like('x'),
  SetSum: (inputs, { counts }) => ({ one: [(counts as Shape).length, ...shapeOf(inputs, 'x').slice(1)] }),
  SetSpread: (inputs, { counts }) => ({ one: [total(counts as Shape), ...shapeOf(inputs, 'x').slice(1)] }),
  Accumulate: (inputs) => ({ several: shapesOf(inputs, 'totals') }),
  AdamUpdate: (inputs) => ({ several: [0, 1, 2].flatMap(() => shapesOf(inputs, 'parameters')) }),
  PowerIteration: (inputs) => {
    const weights = shapesOf(inputs, 'weights');
    const us = weights.map((weight) => weight.slice(-1));
    return { several: [...us, ...weights.map((weight) => [sizeOf(weight.slice(0, -1))])] };
  },
  SpectralNorm: (inputs) => ({ several: [shapeOf(inputs, 'weight'), []] }),
  SpectralNormGradient: like('dy'),
  SquaredDifferenceSum: scalar,
  SquaredDifferenceGradient: like('x'),
  AbsoluteDifferenceSum: scalar,
  AbsoluteDifferenceGradient: like('x'),
  PresentDifference: scalar,
  PresentDifferenceGradient: like('x'),
  UncoveredDifferenceSum: scalar,
  UncoveredDifferenceImageGradient: like('image'),
  UncoveredDifferenceMasksGradient: like('masks'),

  NearestUpsampling: (inputs) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = shapeOf(inputs, 'x');
    return { one: [batch, 2 * height, 2 * width, channels] };
  },
  BlockSum: (inputs) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = shapeOf(inputs, 'x');
    return { one: [batch, height / 2, width / 2, channels] };
  },
  StraightThroughSign: like('x'),
  StraightThroughDilation: like('x'),
  Shift: like('x'),
  Recolour: like('x'),
  ObjectCrops: (inputs, { side }) => {
    const [objects = 0, , , channels = 0] = shapeOf(inputs, 'x');
    return {
      several: [
        [objects, side as number, side as number, channels],
        [objects, 1, 1, 1],
      ],
    };
  },
  ObjectCropsGradient: (inputs) => {
    const channels = shapeOf(inputs, 'dy').slice(-1);
    return { one: [...shapeOf(inputs, 'masks').slice(0, 3), ...channels] };
  },
  ReflectPad: (inputs, { pad }) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = shapeOf(inputs, 'x');
    return { one: [batch, height + 2 * (pad as number), width + 2 * (pad as number), channels] };
  },

  Add: broadcast,
  Sub: broadcast,
  Multiply: broadcast,
  Minimum: broadcast,
  LessEqual: broadcast,
  Greater: broadcast,
  Cast: like('x'),
  LogicalNot: like('x'),
  Sum: (inputs, { axis, keepDims }) => {
    const summed = axes(axis, inputs);
    const shape = shapeOf(inputs, 'x');
    return {
      one: keepDims
        ? shape.map((side, i) => (summed.includes(i) ? 1 : side))
        : shape.filter((_, i) => !summed.includes(i)),
    };
  },
  Range: (_inputs, { start, stop, step }) => ({
    one: [Math.ceil(((stop as number) - (start as number)) / (step as number))],
  }),
  CropAndResize: (inputs, { cropSize }) => ({
    one: [shapeOf(inputs, 'boxes')[0] ?? 0, ...(cropSize as Shape), shapeOf(inputs, 'image')[3] ?? 0],
  }),
  AddN: (inputs) => ({ one: Object.values(inputs)[0]!.shape }),
  Neg: like('x'),
  ZerosLike: like('x'),
  Fill: given('shape'),
  Mean: (inputs, { axis }) => ({ one: shapeOf(inputs, 'x').filter((_, i) => !axes(axis, inputs).includes(i)) }),
  Slice: (inputs, { begin, size }) => ({
    one: (size as Shape).map((length, i) => (length < 0 ? shapeOf(inputs, 'x')[i]! - (begin as Shape)[i]! : length)),
  }),
  PadV2: (inputs, { paddings }) => ({
    one: (paddings as readonly Shape[]).map(([before = 0, after = 0], i) => shapeOf(inputs, 'x')[i]! + before + after),
  }),
  Concat: (inputs, { axis }) => {
    const parts = Object.values(inputs).map(({ shape }) => shape);
    return { one: parts[0]!.map((side, i) => (i === axis ? total(parts.map((part) => part[i]!)) : side)) };
  },
  SplitV: (inputs, { numOrSizeSplits, axis }) => {
    const whole = shapeOf(inputs, 'x');
    return { several: (numOrSizeSplits as Shape).map((part) => whole.map((side, i) => (i === axis ? part : side))) };
  },
  Identity: (inputs) => ({ sharedWithX: shapeOf(inputs, 'x') }),
  Reshape: (inputs, { shape }) => {
    const known = sizeOf((shape as Shape).filter((side) => side >= 0));
    const open = sizeOf(shapeOf(inputs, 'x')) / known;
    return { sharedWithX: (shape as Shape).map((side) => (side < 0 ? open : side)) };
  },
};

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

function convolution(inputs: Inputs, attributes: Attributes): Outputs {
  const { stride, padding } = attributes as { stride: number; padding: readonly [number, number, number, number] };
  const [batch = 0, height = 0, width = 0] = shapeOf(inputs, 'x');
  const [kernelHeight = 0, kernelWidth = 0, , outputs = 0] = shapeOf(inputs, 'filter');
  const [top, bottom, left, right] = padding;
  const outHeight = Math.floor((height + top + bottom - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + left + right - kernelWidth) / stride) + 1;
  return { one: [batch, outHeight, outWidth, outputs] };
}

function shapeOf(inputs: Inputs, name: string): Shape {
  return inputs[name]!.shape;
}

function shapesOf(inputs: Inputs, name: string): readonly Shape[] {
  return [...inputs[name]!].map(({ shape }) => shape);
}

function axes(axis: unknown, inputs: Inputs): readonly number[] {
  const rank = shapeOf(inputs, 'x').length;
  const list = axis === undefined || axis === null ? [...shapeOf(inputs, 'x').keys()] : [axis].flat();
  return (list as number[]).map((each) => (each < 0 ? each + rank : each));
}

function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [sideA = 1, sideB = 1] = [a[i + a.length - rank], b[i + b.length - rank]];
    return sideA === 1 ? sideB : sideA;
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
