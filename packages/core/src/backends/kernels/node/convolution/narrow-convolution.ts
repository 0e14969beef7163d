import type { Attribute, Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';
import { filterGradient } from './filter-gradient.ts';

type FilterShape = readonly [height: number, width: number, inputs: number, outputs: number];

const MAX_OUTPUTS = 4;
const MIN_WIDTH = 4;

/**
 * Whether a wide filter has so few outputs, as the last one of a decoder, that a vector unit stays idle. Such a
 * convolution is done in two: of the columns of the filter, as outputs of their own, and of the row that shifts and
 * adds them up. It takes a fourth of the time on a CPU.
 */
export function isNarrow({ onGpu }: TensorflowCall, [, width, , outputs]: FilterShape, stride: number): boolean {
  return !onGpu && stride === 1 && outputs <= MAX_OUTPUTS && width >= MIN_WIDTH;
}

/** @param attributes of the convolution as it would be done at once, without padding */
export function narrowConvolution(call: TensorflowCall, x: Handle, filter: Handle, attributes: Attribute[]): Handle {
  const [height, width, inputs, outputs] = filter.shape as FilterShape;
  const columns = call.reshape(swapMiddle(call, filter), [height, 1, inputs, width * outputs]);
  const parts = call.run('Conv2D', [x, columns], attributes);
  const y = call.run('Conv2D', [parts, shiftAndAdd(call, width, outputs)], attributes);
  call.release(parts);
  return y;
}

export function narrowFilterGradient(
  call: TensorflowCall,
  x: Handle,
  dy: Handle,
  [height, width, inputs, outputs]: FilterShape,
  attributes: Attribute[],
): Handle {
  const { constants } = call;
  const [batch, outHeight] = dy.shape as readonly [number, number];
  const partsShape = constants.integers([batch, outHeight, x.shape[2] as number, width * outputs]);
  const rowInputs = [partsShape, shiftAndAdd(call, width, outputs), dy];
  const parts = call.run('Conv2DBackpropInput', rowInputs, attributes);
  const columnsShape = [height, 1, inputs, width * outputs] as const;
  const columns = filterGradient(call, { x, dy: parts }, columnsShape, { stride: 1, attributes });
  call.release(parts);
  return swapMiddle(call, call.reshape(columns, [height, inputs, width, outputs]));
}

/** A filter of one row: column j of it passes output j of the first convolution on. */
function shiftAndAdd({ constants }: TensorflowCall, width: number, outputs: number): Handle {
  const shape = [1, width, width * outputs, outputs] as const;
  return constants.floats('shift and add', shape, () => {
    const values = new Float32Array(width * width * outputs * outputs);
    for (let column = 0; column < width; column++) {
      for (let output = 0; output < outputs; output++) {
        values[(column * width * outputs + column * outputs + output) * outputs + output] = 1;
      }
    }
    return values;
  });
}

function swapMiddle(call: TensorflowCall, x: Handle): Handle {
  const { constants } = call;
  return call.run('Transpose', [x, constants.integers([0, 2, 1, 3])]);
}
