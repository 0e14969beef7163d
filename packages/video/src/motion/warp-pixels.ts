import type { Motion } from './motion.ts';

/**
 * A picture moved to where another one has the same things: each pixel is fetched from where `motion` says it lies
 * (bilinear; beyond the edge, the nearest pixel).
 *
 * @param pixels `[height, width, channels]`, 0 … 255
 * @returns the first three channels, `[height, width, 3]`, 0 … 255, not rounded
 */
export function warpPixels(pixels: Uint8Array, motion: Motion, channels: number): Float32Array {
  const { width, height, dx, dy } = motion;
  const result = new Float32Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const fromX = Math.min(width - 1, Math.max(0, x + (dx[i] as number)));
      const fromY = Math.min(height - 1, Math.max(0, y + (dy[i] as number)));
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const [shareX, shareY] = [fromX - left, fromY - top];
      const [p00, p10] = [(top * width + left) * channels, (top * width + right) * channels];
      const [p01, p11] = [(bottom * width + left) * channels, (bottom * width + right) * channels];
      for (let c = 0; c < 3; c++) {
        const upper = (1 - shareX) * (pixels[p00 + c] as number) + shareX * (pixels[p10 + c] as number);
        const lower = (1 - shareX) * (pixels[p01 + c] as number) + shareX * (pixels[p11 + c] as number);
        result[i * 3 + c] = (1 - shareY) * upper + shareY * lower;
      }
    }
  }
  return result;
}
