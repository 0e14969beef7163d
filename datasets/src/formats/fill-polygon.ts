/** Coordinates beyond are no places of a picture. */
const MAX_COORDINATE = 1e6;

/**
 * Sets the pixels whose centres lie inside of a polygon (even-odd rule), in time by its points and the pixels of its rows.
 *
 * @param mask `[height, width]`, changed in place
 * @param points x and y in turns, in pixels, 0 at the outer edge of the first pixel
 * @throws RangeError if a coordinate is none, or the outline crosses the rows more often than they have pixels
 */
export function fillPolygon(mask: Uint8Array, width: number, height: number, points: ArrayLike<number>): void {
  const count = Math.floor(points.length / 2);
  let [top, bottom] = [height, -1];
  for (let i = 0; i < 2 * count; i++) {
    const value = points[i] as number;
    if (!(Math.abs(value) <= MAX_COORDINATE)) throw new RangeError(`a coordinate is ${value}`);
    if (i % 2 === 0) continue;
    top = Math.min(top, Math.max(0, Math.ceil(value - 0.5)));
    bottom = Math.max(bottom, Math.min(height - 1, Math.ceil(value - 0.5) - 1));
  }
  if (bottom < top) return;
  // Inside is where an odd number of edges lies to the left: each edge turns its rows over from its own column on.
  const stride = width + 1;
  const turns = new Uint8Array((bottom - top + 1) * stride);
  let crossings = 0;
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count;
    const [x0, y0] = [points[2 * i] as number, points[2 * i + 1] as number];
    const [x1, y1] = [points[2 * j] as number, points[2 * j + 1] as number];
    // The rows whose middles lie above one end, and not above the other.
    const first = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5));
    const last = Math.min(height - 1, Math.ceil(Math.max(y0, y1) - 0.5) - 1);
    crossings += Math.max(0, last - first + 1);
    if (crossings > 4 * turns.length)
      throw new RangeError('the outline crosses itself more often than there are pixels');
    for (let y = first; y <= last; y++) {
      const x = x0 + ((y + 0.5 - y0) / (y1 - y0)) * (x1 - x0);
      const at = (y - top) * stride + Math.max(0, Math.min(width, Math.ceil(x - 0.5)));
      turns[at] = (turns[at] as number) ^ 1;
    }
  }
  for (let y = top; y <= bottom; y++) {
    let isInside = 0;
    for (let x = 0; x < width; x++) {
      isInside ^= turns[(y - top) * stride + x] as number;
      if (isInside === 1) mask[y * width + x] = 255;
    }
  }
}
