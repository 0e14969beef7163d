import type { ConvolutionAttributes, ConvolutionGeometry } from '../../../../ops/convolution.ts';
import type { Attribute, Handle } from '../../../../tfjs/tensorflow-binding.ts';
import { activate } from '../ops/activation-kernels.ts';
import { reflectPad, reflectPadGradient } from '../ops/reflect-pad-kernels.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';
import { filterGradient } from './filter-gradient.ts';
import { isNarrow, narrowConvolution, narrowFilterGradient } from './narrow-convolution.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];

export function convolution(
  call: TensorflowCall,
  { x, filter, bias }: { x: Handle; filter: Handle; bias?: Handle },
  { stride, padding, border, ...activation }: ConvolutionAttributes,
): Handle {
  const padded = pad(call, x, { stride, padding, border });
  const attributes = attributesOf(call, stride);
  let y = isNarrow(call, filter.shape as Shape4D, stride)
    ? narrowConvolution(call, padded, filter, attributes)
    : call.run('Conv2D', [padded, filter], attributes);
  call.release(padded);
  if (bias !== undefined) {
    const sum = call.run('BiasAdd', [y, bias]);
    call.release(y);
    y = sum;
  }
  return activate(call, y, activation);
}

export function convolutionInputGradient(
  call: TensorflowCall,
  { dy, filter }: Record<'dy' | 'filter', Handle>,
  { inputShape, ...geometry }: ConvolutionGeometry & { inputShape: Shape4D },
): Handle {
  const [batch, height, width, channels] = inputShape;
  const [top, bottom, left, right] = geometry.padding;
  const paddedShape = [batch, height + top + bottom, width + left + right, channels];
  const inputs = [call.constants.integers(paddedShape), filter, dy];
  const padded = call.run('Conv2DBackpropInput', inputs, attributesOf(call, geometry.stride));
  return cut(call, padded, inputShape, geometry);
}

export function convolutionFilterGradient(
  call: TensorflowCall,
  { x, dy }: Record<'x' | 'dy', Handle>,
  { filterShape, ...geometry }: ConvolutionGeometry & { filterShape: Shape4D },
): Handle {
  const padded = pad(call, x, geometry);
  const { stride } = geometry;
  const attributes = attributesOf(call, stride);
  const gradient = isNarrow(call, filterShape, stride)
    ? narrowFilterGradient(call, padded, dy, filterShape, attributes)
    : filterGradient(call, { x: padded, dy }, filterShape, { stride, attributes });
  call.release(padded);
  return gradient;
}

/**
 * The image with its border. Zeros are laid around it too, since TensorFlow takes its fast kernels, those of oneDNN, only
 * for convolutions without explicit padding.
 */
function pad(call: TensorflowCall, x: Handle, { padding, border }: ConvolutionGeometry): Handle {
  if (padding.every((side) => side === 0)) return x;
  return border === 'reflect' ? reflectPad(call, { x }, { pad: padding[0] }) : zeroPad(call, x, padding);
}

/** The gradient of {@link pad}. */
function cut(call: TensorflowCall, padded: Handle, shape: Shape4D, { padding, border }: ConvolutionGeometry): Handle {
  if (padding.every((side) => side === 0)) return padded;
  const [top, , left] = padding;
  const { constants } = call;
  const dx =
    border === 'reflect'
      ? reflectPadGradient(call, { dy: padded }, { pad: top })
      : call.run('Slice', [padded, constants.integers([0, top, left, 0]), constants.integers(shape)]);
  call.release(padded);
  return dx;
}

function zeroPad(call: TensorflowCall, x: Handle, padding: ConvolutionGeometry['padding']): Handle {
  const { constants } = call;
  const paddings = constants.table(`zeros ${padding}`, [4, 2], () => Int32Array.of(0, 0, ...padding, 0, 0));
  return call.run('Pad', [x, paddings]);
}

function attributesOf({ constants }: TensorflowCall, stride: number): Attribute[] {
  return [
    constants.text('data_format', 'NHWC'),
    constants.integer('strides', [1, stride, stride, 1]),
    constants.text('padding', 'VALID'),
  ];
}
