import type { TransformDraw } from './transform-draw.ts';

/**
 * Crops and flips an image that was already resized to `draw.load`.
 *
 * @param bytes RGB, `[load.height, load.width, 3]`, 0 … 255
 * @returns `[size.height, size.width, 3]`, values in [-1, 1]: `byte / 127.5 - 1`
 */
export function transformImage(bytes: Uint8Array, draw: TransformDraw): Float32Array {
  const { height, width } = draw.size;
  requireLength(bytes, draw, 3);
  const image = new Float32Array(height * width * 3);
  const step = draw.flip ? -3 : 3;
  for (let y = 0, to = 0; y < height; y++) {
    let from = firstPixel(draw, y) * 3;
    for (let x = 0; x < width; x++, from += step, to += 3) {
      image[to] = (bytes[from] as number) / 127.5 - 1;
      image[to + 1] = (bytes[from + 1] as number) / 127.5 - 1;
      image[to + 2] = (bytes[from + 2] as number) / 127.5 - 1;
    }
  }
  return image;
}

/**
 * Crops and flips a mask that was already resized to `draw.load`, and thresholds it.
 *
 * @param bytes grey, `[load.height, load.width]`, object > 127
 * @returns `[size.height, size.width]`, -1 background and 1 object
 */
export function transformMask(bytes: Uint8Array, draw: TransformDraw): Float32Array {
  const { height, width } = draw.size;
  requireLength(bytes, draw, 1);
  const mask = new Float32Array(height * width);
  const step = draw.flip ? -1 : 1;
  for (let y = 0, to = 0; y < height; y++) {
    let from = firstPixel(draw, y);
    for (let x = 0; x < width; x++, from += step, to++) mask[to] = (bytes[from] as number) > 127 ? 1 : -1;
  }
  return mask;
}

function firstPixel({ load, size, top, left, flip }: TransformDraw, y: number): number {
  return (top + y) * load.width + left + (flip ? size.width - 1 : 0);
}

function requireLength(bytes: Uint8Array, { load }: TransformDraw, channels: number): void {
  const expected = load.height * load.width * channels;
  if (bytes.length !== expected) {
    throw new RangeError(`Expected ${load.height}x${load.width}x${channels} = ${expected} bytes, got ${bytes.length}.`);
  }
}
