/**
 * The distance of each object pixel to the nearest background pixel, in pixels; 0 on the background. Exact and linear in
 * the number of pixels: lower envelopes of parabolas, along columns and then rows (Felzenszwalb and Huttenlocher 2012,
 * "Distance transforms of sampled functions").
 *
 * What lies outside of the picture counts as object, so that an animal cut off by the edge is not thinner for it.
 *
 * @param mask `[height, width]`, object where not 0
 * @returns `[height, width]`; `height + width` where there is no background at all
 */
export function distanceTransform(mask: Uint8Array, width: number, height: number): Float32Array {
  const farPx = height + width;
  const squares = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) squares[i] = mask[i] === 0 ? 0 : farPx * farPx;
  const longest = Math.max(width, height);
  const line = new Float32Array(longest);
  const vertices = new Int32Array(longest);
  const bounds = new Float64Array(longest + 1);
  for (let x = 0; x < width; x++) transformLine(squares, x, width, height, line, vertices, bounds);
  for (let y = 0; y < height; y++) transformLine(squares, y * width, 1, width, line, vertices, bounds);
  for (let i = 0; i < squares.length; i++) squares[i] = Math.min(farPx, Math.sqrt(squares[i] as number));
  return squares;
}

/** Replaces f by min over q of (p - q)^2 + f(q), along `count` values that lie `stride` apart. */
function transformLine(
  values: Float32Array,
  first: number,
  stride: number,
  count: number,
  line: Float32Array,
  vertices: Int32Array,
  bounds: Float64Array,
): void {
  for (let q = 0; q < count; q++) line[q] = values[first + q * stride] as number;
  let k = 0;
  vertices[0] = 0;
  bounds[0] = Number.NEGATIVE_INFINITY;
  bounds[1] = Number.POSITIVE_INFINITY;
  for (let q = 1; q < count; q++) {
    let crossing = crossingOf(line, q, vertices[k] as number);
    while (crossing <= (bounds[k] as number)) {
      k--;
      crossing = crossingOf(line, q, vertices[k] as number);
    }
    k++;
    vertices[k] = q;
    bounds[k] = crossing;
    bounds[k + 1] = Number.POSITIVE_INFINITY;
  }
  k = 0;
  for (let p = 0; p < count; p++) {
    while ((bounds[k + 1] as number) < p) k++;
    const vertex = vertices[k] as number;
    values[first + p * stride] = (p - vertex) ** 2 + (line[vertex] as number);
  }
}

/** Where the parabola at `q` passes under the one at `vertex`, which lies before it. */
function crossingOf(line: Float32Array, q: number, vertex: number): number {
  return ((line[q] as number) + q * q - (line[vertex] as number) - vertex * vertex) / (2 * q - 2 * vertex);
}
