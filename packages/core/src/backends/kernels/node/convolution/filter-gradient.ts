import type { Attribute, Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];
type FilterShape = readonly [height: number, width: number, inputs: number, outputs: number];

/**
 * What is worked on at once at most, of the input and of the gradient together. TensorFlow's kernel goes over all of a
 * sample again and again: where that does not fit into the processor's last cache, it takes three times as long.
 */
const STRIP_BYTES = 2 ** 23;

/**
 * The gradient of a convolution without padding by its filter. On a CPU large samples are cut into strips of rows, in the
 * memory where they lie, and the gradients of the strips added up.
 *
 * @param attributes of the convolution
 */
export function filterGradient(
  call: TensorflowCall,
  { x, dy }: Record<'x' | 'dy', Handle>,
  filterShape: FilterShape,
  { stride, attributes }: { readonly stride: number; readonly attributes: Attribute[] },
): Handle {
  const gradientOf = (input: Handle, output: Handle) => {
    const inputs = [input, call.constants.integers(filterShape), output];
    return call.run('Conv2DBackpropFilter', inputs, attributes);
  };
  const [, rows] = dy.shape as Shape4D;
  const strips = call.onGpu ? 1 : Math.min(Math.ceil((sampleBytes(x) + sampleBytes(dy)) / STRIP_BYTES), rows);
  if (strips === 1) return gradientOf(x, dy);
  const outputs = call.rows(dy);
  let sum: Handle | undefined;
  for (const [sample, input] of call.rows(x).entries()) {
    for (let i = 0; i < strips; i++) {
      const first = Math.floor((i * rows) / strips);
      const count = Math.floor(((i + 1) * rows) / strips) - first;
      const part = gradientOf(
        rowsOfSample(call, input, first * stride, (count - 1) * stride + filterShape[0]),
        rowsOfSample(call, outputs[sample] as Handle, first, count),
      );
      const before = sum;
      sum = before === undefined ? part : call.run('AddV2', [before, part]);
      if (before !== undefined) call.release(before, part);
    }
  }
  return sum as Handle;
}

function sampleBytes({ shape }: Handle): number {
  const [, height, width, channels] = shape as Shape4D;
  return 4 * height * width * channels;
}

/** In the memory of the image, which TensorFlow shares along the first axis only. */
function rowsOfSample(call: TensorflowCall, image: Handle, first: number, count: number): Handle {
  const [, height, width, channels] = image.shape as Shape4D;
  const { constants } = call;
  const rows = call.run('Slice', [
    call.reshape(image, [height, width, channels]),
    constants.integers([first, 0, 0]),
    constants.integers([count, width, channels]),
  ]);
  return call.reshape(rows, [1, count, width, channels]);
}
