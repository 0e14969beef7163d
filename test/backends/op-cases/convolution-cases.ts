import {
  type Activation,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  transposedConvolution,
} from '@instagan/core/internals/ops';
import type * as tf from '@tensorflow/tfjs';
import {
  activate64,
  convolution64,
  filterGradient64,
  inputGradient64,
  type Padding,
  reflectedShape,
  reflectionPad64,
  reflectionPadGradient64,
} from '../../helpers/float64.ts';
import { type OpCase, random, type Shape4D, scaled } from './op-case.ts';

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
export const CONVOLUTIONS: readonly Geometry[] = [
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

export function convolutionCases(geometry: Geometry, index: number): OpCase[] {
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

export function transposedCase(shape: Shape4D, outputs: number): OpCase {
  const doubled: Shape4D = [shape[0], 2 * shape[1], 2 * shape[2], outputs];
  return {
    name: `transposedConvolution ${shape.join('x')} -> ${outputs}`,
    inputs: { x: random('x', shape), filter: random('filter', [3, 3, outputs, shape[3]]) },
    differentiable: ['x', 'filter'],
    run: ({ x, filter }) => transposedConvolution(x as tf.Tensor4D, filter as tf.Tensor4D),
    reference: ({ x, filter }) => inputGradient64(x!, filter!, doubled, 2, [1, 1, 1, 1]),
  };
}
