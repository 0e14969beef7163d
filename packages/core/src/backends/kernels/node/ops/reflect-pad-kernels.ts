import type { Handle } from '../../../../tfjs/tensorflow-binding.ts';
import type { TensorflowCall } from '../tensorflow/tensorflow-call.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];

/** Gathers pixels: TensorFlow's MirrorPad takes two to four times as long. */
export function reflectPad(call: TensorflowCall, { x }: { x: Handle }, { pad }: { pad: number }): Handle {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const pixels = call.reshape(x, [batch, height * width, channels]);
  return call.gather(pixels, reflectedPixels(call, height, width, pad), 1);
}

/**
 * Cuts the border off and adds it where it was reflected from: in half the time of TensorFlow's MirrorPadGrad.
 *
 * @param dy released on a CPU, if the kernel at work made it
 */
export function reflectPadGradient(call: TensorflowCall, { dy }: { dy: Handle }, { pad }: { pad: number }): Handle {
  const { constants } = call;
  const [batch, paddedHeight, paddedWidth, channels] = dy.shape as Shape4D;
  const shape: Shape4D = [batch, paddedHeight - 2 * pad, paddedWidth - 2 * pad, channels];
  if (call.onGpu) {
    const paddings = constants.table(`paddings ${pad}`, [4, 2], () => Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0));
    return call.run('MirrorPadGrad', [dy, paddings], [constants.text('mode', 'REFLECT')]);
  }
  const inside = call.run('Slice', [dy, constants.integers([0, pad, pad, 0]), constants.integers(shape)]);
  const pixels = batch * (paddedHeight * paddedWidth - shape[1] * shape[2]);
  const tableOf = (part: 'from' | 'to') =>
    constants.table(`border ${part} ${shape.slice(0, 3)}`, [pixels, 3], () => borderPixels(shape, pad)[part]);
  const border = call.run('GatherNd', [dy, tableOf('from')]);
  call.release(dy);
  const dx = call.run('TensorScatterAdd', [inside, tableOf('to'), border]);
  call.release(inside);
  return dx;
}

/** Sample, row and column of each pixel of the border, and of the one inside that it shows. */
function borderPixels([batch, height, width]: Shape4D, pad: number): Record<'from' | 'to', Int32Array> {
  const rows = reflectedIndices(height, pad);
  const columns = reflectedIndices(width, pad);
  const isInside = (index: number, size: number) => index >= pad && index < pad + size;
  const from: number[] = [];
  const to: number[] = [];
  for (let sample = 0; sample < batch; sample++) {
    for (const [i, row] of rows.entries()) {
      for (const [j, column] of columns.entries()) {
        if (isInside(i, height) && isInside(j, width)) continue;
        from.push(sample, i, j);
        to.push(sample, row, column);
      }
    }
  }
  return { from: Int32Array.from(from), to: Int32Array.from(to) };
}

/** For each pixel of the padded image the number of the one that it shows. */
function reflectedPixels(call: TensorflowCall, height: number, width: number, pad: number): Handle {
  const shape = [height + 2 * pad, width + 2 * pad] as const;
  return call.constants.table(`reflected by ${pad}`, shape, () => {
    const columns = reflectedIndices(width, pad);
    return Int32Array.from(
      reflectedIndices(height, pad).flatMap((row) => columns.map((column) => row * width + column)),
    );
  });
}

/** `[2, 1, 0, 1, 2, 3, 2, 1]` for `size` 4 and `pad` 2. */
function reflectedIndices(size: number, pad: number): number[] {
  return Array.from({ length: size + 2 * pad }, (_, i) => {
    const index = Math.abs(i - pad);
    return index < size ? index : 2 * (size - 1) - index;
  });
}
