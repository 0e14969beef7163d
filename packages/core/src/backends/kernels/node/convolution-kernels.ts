import type { ConvolutionAttributes, ConvolutionGeometry } from '../../../ops/convolution.ts';
import { activate } from './activation-kernels.ts';
import { isNarrow, narrowConvolution, narrowFilterGradient } from './narrow-convolution.ts';
import { reflectPad, reflectPadGradient } from './reflect-pad-kernels.ts';
import type { Attribute, Handle } from './tensorflow-binding.ts';
import type { TensorflowCall } from './tensorflow-call.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];

export function convolution(
  call: TensorflowCall,
  { x, filter, bias }: { x: Handle; filter: Handle; bias?: Handle },
  { stride, padding, border, ...activation }: ConvolutionAttributes,
): Handle {
  const { seen, attributes } = prepare(call, x, { stride, padding, border });
  let y = isNarrow(call, filter.shape as Shape4D, stride)
    ? narrowConvolution(call, seen, filter, attributes)
    : call.run('Conv2D', [seen, filter], attributes);
  call.release(seen);
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
  const { constants } = call;
  const [batch, height, width, channels] = inputShape;
  if (geometry.border === 'zero') {
    const inputs = [constants.integers(inputShape), filter, dy];
    return call.run('Conv2DBackpropInput', inputs, attributesOf(call, geometry));
  }
  const [pad] = geometry.padding;
  const paddedShape = [batch, height + 2 * pad, width + 2 * pad, channels];
  const inputs = [constants.integers(paddedShape), filter, dy];
  const padded = call.run('Conv2DBackpropInput', inputs, attributesOf(call, unpadded(geometry)));
  const dx = reflectPadGradient(call, { dy: padded }, { pad });
  call.release(padded);
  return dx;
}

export function convolutionFilterGradient(
  call: TensorflowCall,
  { x, dy }: Record<'x' | 'dy', Handle>,
  { filterShape, ...geometry }: ConvolutionGeometry & { filterShape: Shape4D },
): Handle {
  const { seen, attributes } = prepare(call, x, geometry);
  const paddedWidth = (x.shape[2] as number) + geometry.padding[2] + geometry.padding[3];
  const result = isNarrow(call, filterShape, geometry.stride)
    ? narrowFilterGradient(call, seen, dy, filterShape, paddedWidth, attributes)
    : call.run('Conv2DBackpropFilter', [seen, call.constants.integers(filterShape), dy], attributes);
  call.release(seen);
  return result;
}

/** The image with its reflected border, and what is left for TensorFlow's convolution to do. */
function prepare(
  call: TensorflowCall,
  x: Handle,
  geometry: ConvolutionGeometry,
): { seen: Handle; attributes: Attribute[] } {
  const [pad] = geometry.padding;
  if (geometry.border === 'zero' || pad === 0) return { seen: x, attributes: attributesOf(call, geometry) };
  return { seen: reflectPad(call, { x }, { pad }), attributes: attributesOf(call, unpadded(geometry)) };
}

function unpadded(geometry: ConvolutionGeometry): ConvolutionGeometry {
  return { ...geometry, padding: [0, 0, 0, 0] };
}

function attributesOf({ constants }: TensorflowCall, { stride, padding }: ConvolutionGeometry): Attribute[] {
  const attributes = [constants.text('data_format', 'NHWC'), constants.integer('strides', [1, stride, stride, 1])];
  if (padding.every((side) => side === 0)) return [...attributes, constants.text('padding', 'VALID')];
  const explicit = constants.integer('explicit_paddings', [0, 0, ...padding, 0, 0]);
  return [...attributes, constants.text('padding', 'EXPLICIT'), explicit];
}
