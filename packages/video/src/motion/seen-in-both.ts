import { between, type Motion } from './motion.ts';

/**
 * Which pixels of a picture are to be seen in another too, by the tests of Sundaram et al. (2010) that Lai et al. (2018) use:
 * the motion there and the motion back cancel, and the motion has no edge there, where one thing hides another.
 *
 * @param there from each pixel of this picture to the other
 * @param back from each pixel of the other to this one
 * @returns `[height, width]`, 1 seen and 0 not
 */
export function seenInBoth(there: Motion, back: Motion): Uint8Array {
  const { width, height, dx, dy } = there;
  const seen = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [moveX, moveY] = [dx[i] as number, dy[i] as number];
      const [toX, toY] = [x + moveX, y + moveY];
      if (toX < 0 || toY < 0 || toX > width - 1 || toY > height - 1) continue;
      const [backX, backY] = [between(back.dx, back, toX, toY), between(back.dy, back, toX, toY)];
      const length = moveX * moveX + moveY * moveY;
      const gap = (moveX + backX) ** 2 + (moveY + backY) ** 2;
      if (gap > 0.01 * (length + backX * backX + backY * backY) + 0.5) continue;
      const edge = x + 1 < width && y + 1 < height ? slope(dx, i, width) + slope(dy, i, width) : 0;
      if (edge <= 0.01 * length + 0.002) seen[i] = 1;
    }
  }
  return seen;
}

/** Square of the gradient. */
function slope(values: Float32Array, i: number, width: number): number {
  const value = values[i] as number;
  return ((values[i + 1] as number) - value) ** 2 + ((values[i + width] as number) - value) ** 2;
}
