/** Where each pixel of one picture lies in another: pixel (x, y) at (x + dx, y + dy). */
export interface Motion {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, in pixels, to the right. */
  readonly dx: Float32Array;
  /** `[height, width]`, in pixels, downwards. */
  readonly dy: Float32Array;
}

/** No motion at all. */
export function stillMotion(width: number, height: number): Motion {
  return { width, height, dx: new Float32Array(width * height), dy: new Float32Array(width * height) };
}

/** The same motion for pictures of another size (bilinear). */
export function scaledMotion(motion: Motion, width: number, height: number): Motion {
  if (motion.width === width && motion.height === height) return motion;
  const result = stillMotion(width, height);
  const [scaleX, scaleY] = [width / motion.width, height / motion.height];
  for (let y = 0; y < height; y++) {
    const fromY = Math.min(motion.height - 1, Math.max(0, (y + 0.5) / scaleY - 0.5));
    for (let x = 0; x < width; x++) {
      const fromX = Math.min(motion.width - 1, Math.max(0, (x + 0.5) / scaleX - 0.5));
      result.dx[y * width + x] = scaleX * between(motion.dx, motion, fromX, fromY);
      result.dy[y * width + x] = scaleY * between(motion.dy, motion, fromX, fromY);
    }
  }
  return result;
}

/** A value between pixels (bilinear). @param x, y within the picture */
export function between(
  values: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  x: number,
  y: number,
): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const [shareX, shareY] = [x - left, y - top];
  const upper =
    (1 - shareX) * (values[top * width + left] as number) + shareX * (values[top * width + right] as number);
  const lower =
    (1 - shareX) * (values[bottom * width + left] as number) + shareX * (values[bottom * width + right] as number);
  return (1 - shareY) * upper + shareY * lower;
}
