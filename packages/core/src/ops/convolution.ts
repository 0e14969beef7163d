import * as tf from '@tensorflow/tfjs';
import { defineOp } from './define-op.ts';

/** Zero padding in pixels: top, bottom, left, right. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

export interface ConvolutionAttributes {
  readonly stride: number;
  readonly padding: Padding;
}

type Shape4D = [number, number, number, number];

const convolutionOp = defineOp<ConvolutionAttributes>({
  name: 'Convolution',
  reference: ({ x, filter, bias }, { stride, padding }) => {
    const y = tf.conv2d(padZeros(x as tf.Tensor4D, padding), filter as tf.Tensor4D, stride, 'valid');
    return bias === undefined ? y : tf.add(y, bias);
  },
  saveInputs: ['x', 'filter'],
  gradient: (dy, saved, attributes) => {
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    return {
      x: () => convolutionInputGradient(dy as tf.Tensor4D, filter, x.shape, attributes),
      filter: () => convolutionFilterGradient(x, dy as tf.Tensor4D, filter.shape, attributes),
      bias: () => tf.sum(tf.sum(tf.sum(dy, 2), 1), 0),
    };
  },
});

const inputGradientOp = defineOp<ConvolutionAttributes & { readonly inputShape: Shape4D }>({
  name: 'ConvolutionInputGradient',
  reference: ({ dy, filter }, { stride, padding: [top, bottom, left, right], inputShape: [n, h, w, c] }) => {
    const padded: Shape4D = [n, h + top + bottom, w + left + right, c];
    const dxPadded = tf
      .engine()
      .runKernel(
        'Conv2DBackpropInput',
        { dy: dy as tf.Tensor4D, filter: filter as tf.Tensor4D },
        { strides: stride, pad: 'valid', dataFormat: 'NHWC', inputShape: padded },
      ) as tf.Tensor4D;
    return top + bottom + left + right === 0 ? dxPadded : tf.slice4d(dxPadded, [0, top, left, 0], [n, h, w, c]);
  },
  saveInputs: ['dy', 'filter'],
  gradient: (dz, saved, { stride, padding }) => {
    const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const attributes = { stride, padding };
    return {
      dy: () => convolution(dz as tf.Tensor4D, filter, attributes),
      filter: () => convolutionFilterGradient(dz as tf.Tensor4D, dy, filter.shape, attributes),
    };
  },
});

const filterGradientOp = defineOp<ConvolutionAttributes & { readonly filterShape: Shape4D }>({
  name: 'ConvolutionFilterGradient',
  reference: ({ x, dy }, { stride, padding, filterShape: [kernelHeight, kernelWidth, inputs, outputs] }) => {
    const padded = padZeros(x as tf.Tensor4D, padding);
    const [batch, outHeight, outWidth] = dy!.shape as Shape4D;
    const columns = tf.reshape(dy!, [batch * outHeight * outWidth, outputs]);
    const taps: tf.Tensor[] = [];
    for (let row = 0; row < kernelHeight; row++) {
      for (let column = 0; column < kernelWidth; column++) {
        const seen = tf.stridedSlice(
          padded,
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
 * Two-dimensional convolution with explicit zero padding (tfjs's 'same' with stride 2 pads one side only).
 *
 * @param x `[batch, height, width, inputs]`
 * @param filter `[kernelHeight, kernelWidth, inputs, outputs]`
 * @param bias `[outputs]`
 * @returns `[batch, outHeight, outWidth, outputs]`, outHeight = floor((height + top + bottom - kernelHeight) / stride) + 1
 */
export function convolution(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  attributes: ConvolutionAttributes,
  bias?: tf.Tensor1D,
): tf.Tensor4D {
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
  { stride, padding }: ConvolutionAttributes,
): tf.Tensor4D {
  return inputGradientOp({ dy, filter }, { stride, padding, inputShape })[0] as tf.Tensor4D;
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
  { stride, padding }: ConvolutionAttributes,
): tf.Tensor4D {
  return filterGradientOp({ x, dy }, { stride, padding, filterShape })[0] as tf.Tensor4D;
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
  return convolutionInputGradient(x, filter, outputShape, { stride: 2, padding: [1, 1, 1, 1] });
}

function padZeros(x: tf.Tensor4D, [top, bottom, left, right]: Padding): tf.Tensor4D {
  if (top + bottom + left + right === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]) as tf.Tensor4D;
}
