import type { Handle } from './tensorflow-binding.ts';
import type { TensorflowCall } from './tensorflow-call.ts';

type Shape4D = readonly [batch: number, height: number, width: number, channels: number];

/** Gathers pixels: TensorFlow's MirrorPad takes two to four times as long. */
export function reflectPad(call: TensorflowCall, { x }: { x: Handle }, { pad }: { pad: number }): Handle {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const pixels = call.reshape(x, [batch, height * width, channels]);
  return call.gather(pixels, reflectedPixels(call, height, width, pad), 1);
}

export function reflectPadGradient(call: TensorflowCall, { dy }: { dy: Handle }, { pad }: { pad: number }): Handle {
  const { constants } = call;
  const paddings = constants.table(`paddings ${pad}`, [4, 2], () => Int32Array.of(0, 0, pad, pad, pad, pad, 0, 0));
  const attributes = [constants.text('mode', 'REFLECT')];
  return call.run('MirrorPadGrad', [dy, paddings], attributes);
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
