/**
 * The distance of each object pixel to the nearest background pixel, in pixels; 0 on the background. Exact and linear in
 * the number of pixels: distances along columns in two sweeps, and from them lower envelopes of parabolas along rows (Felzenszwalb and
 * Huttenlocher 2012, "Distance transforms of sampled functions").
 *
 * What lies outside of the picture counts as object, so that an animal cut off by the edge is not thinner for it.
 *
 * @param mask `[height, width]`, object where not 0
 * @param maxPx stands for all distances that are larger, which saves time @default height + width
 * @returns `[height, width]`; `maxPx` where there is no background at all
 */
export function distanceTransform(
  mask: Uint8Array,
  width: number,
  height: number,
  maxPx = height + width,
): Float32Array {
  const distances = alongColumns(mask, width, height);
  const sources = new Int32Array(width);
  const squares = new Float64Array(width);
  const bounds = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const row = distances.subarray(y * width, (y + 1) * width);
    let count = 0;
    for (let x = 0; x < width; x++) {
      const distance = row[x] as number;
      if (distance > maxPx || distance === Number.POSITIVE_INFINITY) continue;
      squares[x] = distance * distance;
      count = addParabola(x, sources, squares, bounds, count);
    }
    if (count === 0) row.fill(maxPx);
    else fillFromEnvelope(row, sources, squares, bounds, count, maxPx);
  }
  return distances;
}

/** Distances to the nearest background pixel of the same column; infinite where it has none. */
function alongColumns(mask: Uint8Array, width: number, height: number): Float32Array {
  const distances = new Float32Array(width * height);
  for (let i = 0; i < distances.length; i++) {
    if (mask[i] !== 0) distances[i] = i < width ? Number.POSITIVE_INFINITY : (distances[i - width] as number) + 1;
  }
  for (let i = distances.length - width - 1; i >= 0; i--) {
    const below = (distances[i + width] as number) + 1;
    if (below < (distances[i] as number)) distances[i] = below;
  }
  return distances;
}

/**
 * Adds (p - q)^2 + squares[q] to a lower envelope, whose parabolas all lie at lower q.
 *
 * @param sources the q of each parabola in the envelope
 * @param bounds from which p on each is the lowest
 * @param count of those parabolas
 * @returns how many there are with this one
 */
function addParabola(
  q: number,
  sources: Int32Array,
  squares: Float64Array,
  bounds: Float64Array,
  count: number,
): number {
  let k = count;
  let crossing = Number.NEGATIVE_INFINITY;
  while (k > 0) {
    const before = sources[k - 1] as number;
    crossing = ((squares[q] as number) + q * q - (squares[before] as number) - before * before) / (2 * (q - before));
    if (crossing > (bounds[k - 1] as number)) break;
    k--;
  }
  sources[k] = q;
  bounds[k] = k === 0 ? Number.NEGATIVE_INFINITY : crossing;
  return k + 1;
}

function fillFromEnvelope(
  row: Float32Array,
  sources: Int32Array,
  squares: Float64Array,
  bounds: Float64Array,
  count: number,
  maxPx: number,
): void {
  bounds[count] = Number.POSITIVE_INFINITY;
  for (let p = 0, k = 0; p < row.length; p++) {
    while ((bounds[k + 1] as number) < p) k++;
    const source = sources[k] as number;
    row[p] = Math.min(maxPx, Math.sqrt((p - source) ** 2 + (squares[source] as number)));
  }
}
