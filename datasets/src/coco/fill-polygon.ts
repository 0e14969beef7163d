/**
 * Sets the pixels whose centres lie inside of a polygon (even-odd rule).
 *
 * @param mask `[height, width]`, changed in place
 * @param points x and y in turns, in pixels, 0 at the outer edge of the first pixel
 */
export function fillPolygon(mask: Uint8Array, width: number, height: number, points: readonly number[]): void {
  const count = Math.floor(points.length / 2);
  for (let y = 0; y < height; y++) {
    const middle = y + 0.5;
    const crossings: number[] = [];
    for (let i = 0; i < count; i++) {
      const j = (i + 1) % count;
      const [x0, y0, x1, y1] = [points[2 * i], points[2 * i + 1], points[2 * j], points[2 * j + 1]] as number[] as [
        number,
        number,
        number,
        number,
      ];
      if (y0 <= middle === y1 <= middle) continue;
      crossings.push(x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const first = Math.max(0, Math.ceil((crossings[k] as number) - 0.5));
      const last = Math.min(width - 1, Math.ceil((crossings[k + 1] as number) - 0.5) - 1);
      for (let x = first; x <= last; x++) mask[y * width + x] = 255;
    }
  }
}
