import * as tf from '@tensorflow/tfjs';
import {
  type Activation,
  type ActivationAttributes,
  activate,
  activationAttributes,
  activationGradient,
} from './activation.ts';
import { channelSum } from './channel-sum.ts';
import { defineOp } from './define-op.ts';
import { reflectionPad, reflectionPadGradient } from './reflection-pad.ts';

/** Padding in pixels: top, bottom, left, right. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

/** Where a convolution looks. */
export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: Padding;
  /** What lies in the padding: zeros, or the image reflected without its edge (the same padding on all sides then). */
  readonly border: 'zero' | 'reflect';
}

export type ConvolutionAttributes = ConvolutionGeometry & ActivationAttributes;

type Shape4D = [number, number, number, number];

const convolutionOp = defineOp<ConvolutionAttributes>({
  name: 'Convolution',
  reference: ({ x, filter, bias }, { stride, padding, border, ...activation }) => {
    const y = tf.conv2d(padded(x as tf.Tensor4D, padding, border), filter as tf.Tensor4D, stride, 'valid');
    return activate(bias === undefined ? y : tf.add(y, bias), activation);
  },
  saveInputs: ['x', 'filter'],
  saveOutputs: [true],
  gradient: (dy, saved, { stride, padding, border, ...activation }) => {
    const [x, filter, y] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const geometry = { stride, padding, border };
    // Once for all three, whichever are wanted.
    const dz = activationGradient(dy as tf.Tensor4D, y, activation);
    return {
      x: () => convolutionInputGradient(dz, filter, x.shape, geometry),
      filter: () => convolutionFilterGradient(x, dz, filter.shape, geometry),
      bias: () => channelSum(dz),
    };
  },
});

const inputGradientOp = defineOp<ConvolutionGeometry & { readonly inputShape: Shape4D }>({
  name: 'ConvolutionInputGradient',
  reference: ({ dy, filter }, { stride, padding, border, inputShape: [n, h, w, c] }) => {
    const [top, bottom, left, right] = padding;
    const paddedShape: Shape4D = [n, h + top + bottom, w + left + right, c];
    const dxPadded = tf
      .engine()
      .runKernel(
        'Conv2DBackpropInput',
        { dy: dy as tf.Tensor4D, filter: filter as tf.Tensor4D },
        { strides: stride, pad: 'valid', dataFormat: 'NHWC', inputShape: paddedShape },
      ) as tf.Tensor4D;
    if (top + bottom + left + right === 0) return dxPadded;
    return border === 'reflect'
      ? reflectionPadGradient(dxPadded, top)
      : tf.slice4d(dxPadded, [0, top, left, 0], [n, h, w, c]);
  },
  saveInputs: ['dy', 'filter'],
  gradient: (dz, saved, { stride, padding, border }) => {
    const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const geometry = { stride, padding, border };
    return {
      dy: () => convolution(dz as tf.Tensor4D, filter, geometry),
      filter: () => convolutionFilterGradient(dz as tf.Tensor4D, dy, filter.shape, geometry),
    };
  },
});

const filterGradientOp = defineOp<ConvolutionGeometry & { readonly filterShape: Shape4D }>({
  name: 'ConvolutionFilterGradient',
  reference: ({ x, dy }, { stride, padding, border, filterShape: [kernelHeight, kernelWidth, inputs, outputs] }) => {
    const whole = padded(x as tf.Tensor4D, padding, border);
    const [batch, outHeight, outWidth] = dy!.shape as Shape4D;
    const columns = tf.reshape(dy!, [batch * outHeight * outWidth, outputs]);
    const taps: tf.Tensor[] = [];
    for (let row = 0; row < kernelHeight; row++) {
      for (let column = 0; column < kernelWidth; column++) {
        const seen = tf.stridedSlice(
          whole,
          [0, row, column, 0],
          [batch, row + stride * (outHeight - 1) + 1, column + stride * (outWidth - 1) + 1, inputs],
          [1, stride, stride, 1],
        );
        taps.push(tf.matMul(tf.reshape(seen, [batch * outHeight * outWidth, inputs]), columns, true, false));
      }
    }
    return tf.reshape(tf.stack(taps), [kernelHeight, kernelWidth, inputs, outputs]);
  },
});

/**
 * Two-dimensional convolution with explicit padding (tfjs's 'same' with stride 2 pads one side only), then the
 * activation.
 *
 * @param x `[batch, height, width, inputs]`
 * @param filter `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param bias `[outputs]`
 * @returns `[batch, outHeight, outWidth, outputs]`, outHeight = floor((height + top + bottom - kernelHeight) / stride) + 1
 * @throws Error if a border to reflect is as wide as the image or differs from side to side
 */
export function convolution(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: ConvolutionGeometry,
  bias?: tf.Tensor1D,
  activation: Activation = { kind: 'none' },
): tf.Tensor4D {
  checkBorder(x.shape, geometry);
  const attributes = { ...geometry, ...activationAttributes(activation) };
  return convolutionOp(bias === undefined ? { x, filter } : { x, filter, bias }, attributes)[0] as tf.Tensor4D;
}

/**
 * The gradient of {@link convolution} with respect to its input; as a forward operation, the transposed convolution.
 *
 * @param dy `[batch, outHeight, outWidth, outputs]`
 * @param filter `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param inputShape `[batch, height, width, inputs]`
 */
export function convolutionInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: ConvolutionGeometry,
): tf.Tensor4D {
  checkBorder(inputShape, geometry);
  return inputGradientOp({ dy, filter }, { ...geometry, inputShape })[0] as tf.Tensor4D;
}

/**
 * The gradient of {@link convolution} with respect to its filter: one matrix product per filter position.
 *
 * @param x `[batch, height, width, inputs]`
 * @param dy `[batch, outHeight, outWidth, outputs]`
 * @returns `filterShape`
 */
export function convolutionFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  geometry: ConvolutionGeometry,
): tf.Tensor4D {
  checkBorder(x.shape, geometry);
  return filterGradientOp({ x, dy }, { ...geometry, filterShape })[0] as tf.Tensor4D;
}

/**
 * Transposed 3x3 convolution that doubles height and width, as PyTorch's `ConvTranspose2d(3, stride 2, padding 1,
 * output_padding 1)`.
 *
 * @param x `[batch, height, width, inputs]`
 * @param filter `[3, 3, outputs, inputs]`
 * @returns `[batch, 2 height, 2 width, outputs]`
 */
export function transposedConvolution(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width] = x.shape;
  const outputShape: Shape4D = [batch, 2 * height, 2 * width, filter.shape[2]];
  return convolutionInputGradient(x, filter, outputShape, { stride: 2, padding: [1, 1, 1, 1], border: 'zero' });
}

function checkBorder([, height, width]: Shape4D, { padding, border }: ConvolutionGeometry): void {
  if (border === 'zero') return;
  const [pad] = padding;
  if (padding.some((side) => side !== pad)) {
    throw new Error(`A reflected border is the same on all sides, not ${padding.join(', ')}.`);
  }
  if (pad >= height || pad >= width) {
    throw new Error(`A reflected border of ${pad} must be smaller than height ${height} and width ${width}.`);
  }
}

function padded(x: tf.Tensor4D, padding: Padding, border: ConvolutionGeometry['border']): tf.Tensor4D {
  const [top, bottom, left, right] = padding;
  if (top + bottom + left + right === 0) return x;
  if (border === 'reflect') return reflectionPad(x, top);
  return tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]) as tf.Tensor4D;
}
