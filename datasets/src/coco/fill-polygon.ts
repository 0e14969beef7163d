/**
 * Sets the pixels whose centres lie inside of a polygon (even-odd rule). Takes time by the rows that its edges cross.
 *
 * @param mask `[height, width]`, changed in place
 * @param points x and y in turns, in pixels, 0 at the outer edge of the first pixel
 */
export function fillPolygon(mask: Uint8Array, width: number, height: number, points: readonly number[]): void {
  const crossings: number[][] = Array.from({ length: height }, () => []);
  const count = Math.floor(points.length / 2);
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count;
    const [x0, y0] = [points[2 * i] as number, points[2 * i + 1] as number];
    const [x1, y1] = [points[2 * j] as number, points[2 * j + 1] as number];
    // The rows whose middles lie above one end, and not above the other.
    const first = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
    const last = Math.min(height - 1, Math.ceil(Math.max(y0, y1) - 0.5) - 1);
    for (let y = first; y <= last; y++) {
      crossings[y]?.push(x0 + ((y + 0.5 - y0) / (y1 - y0)) * (x1 - x0));
    }
  }
  for (const [y, row] of crossings.entries()) {
    row.sort((a, b) => a - b);
    for (let k = 0; k + 1 < row.length; k += 2) {
      const first = Math.max(0, Math.ceil((row[k] as number) - 0.5));
      const last = Math.min(width - 1, Math.ceil((row[k + 1] as number) - 0.5) - 1);
      if (last >= first) mask.fill(255, y * width + first, y * width + last + 1);
    }
  }
}
