/** How deep the valley between two peaks must be to part them. */
export interface ValleyDepth {
  /** Relative to the lower peak, 0 … 1. */
  readonly relative: number;
  /** In the unit of the landscape. */
  readonly absolute: number;
}

/** Basins of a landscape: 0 outside of the mask, else 1 … count. */
export interface Basins {
  readonly labels: Int32Array;
  readonly count: number;
  /** Height of the highest pixel of each basin, from entry 1 on. */
  readonly peaks: readonly number[];
}

/** Heights are told apart to this share of the highest. */
const LEVELS = 1024;

/**
 * Parts a mask along the valleys of a landscape: a watershed by flooding from the peaks down (Meyer 1994), in which two
 * peaks are one unless the valley between them is deep enough (the dynamics of Grimaud 1992). Pixels are visited in order
 * of decreasing height; each joins the basin of its highest neighbour, and where basins meet, the one with the lower
 * peak is taken over if it does not rise enough above this saddle. Linear in the number of pixels.
 *
 * @param heights `[height, width]`, at least 0, e.g. the distance to the background: high inside of an object, low where
 *   objects touch
 * @param mask where to part, not 0
 */
export function watershed(
  heights: Float32Array,
  mask: Uint8Array,
  width: number,
  height: number,
  depth: ValleyDepth,
): Basins {
  const order = descending(heights, mask);
  const basinOf = new Int32Array(width * height);
  // A forest: basins that were taken over point to the one that took them.
  const parents = [0];
  const peaks = [0];
  const rootOf = (basin: number): number => {
    let root = basin;
    while (parents[root] !== root) root = parents[root] as number;
    for (let at = basin; at !== root; ) {
      const next = parents[at] as number;
      parents[at] = root;
      at = next;
    }
    return root;
  };
  for (const pixel of order) {
    const level = heights[pixel] as number;
    const x = pixel % width;
    const y = (pixel - x) / width;
    let own = 0;
    let highest = Number.NEGATIVE_INFINITY;
    const met: number[] = [];
    for (let dy = y === 0 ? 0 : -1; dy <= (y === height - 1 ? 0 : 1); dy++) {
      for (let dx = x === 0 ? 0 : -1; dx <= (x === width - 1 ? 0 : 1); dx++) {
        const other = pixel + dy * width + dx;
        if (basinOf[other] === 0) continue;
        const basin = rootOf(basinOf[other] as number);
        if (!met.includes(basin)) met.push(basin);
        if ((heights[other] as number) > highest) [highest, own] = [heights[other] as number, basin];
      }
    }
    if (own === 0) {
      own = parents.length;
      parents.push(own);
      peaks.push(level);
    }
    for (const basin of met) {
      const other = rootOf(basin);
      if (other === own) continue;
      const [low, high] = (peaks[other] as number) < (peaks[own] as number) ? [other, own] : [own, other];
      const rise = (peaks[low] as number) - level;
      if (rise >= depth.absolute && rise >= depth.relative * (peaks[low] as number)) continue;
      parents[low] = high;
      own = high;
    }
    basinOf[pixel] = own;
  }
  return numbered(basinOf, rootOf, peaks);
}

/** The pixels of the mask from the highest down, those of one level in the order of the picture. */
function descending(heights: Float32Array, mask: Uint8Array): Int32Array {
  let top = 0;
  let total = 0;
  for (let i = 0; i < heights.length; i++) {
    if (mask[i] === 0) continue;
    total++;
    top = Math.max(top, heights[i] as number);
  }
  const levelOf = (i: number) => LEVELS - 1 - Math.floor(((LEVELS - 1) * (heights[i] as number)) / (top || 1));
  const starts = new Int32Array(LEVELS + 1);
  for (let i = 0; i < heights.length; i++) if (mask[i] !== 0) starts[levelOf(i) + 1]!++;
  for (let level = 1; level <= LEVELS; level++) starts[level]! += starts[level - 1] as number;
  const order = new Int32Array(total);
  for (let i = 0; i < heights.length; i++) if (mask[i] !== 0) order[starts[levelOf(i)]!++] = i;
  return order;
}

function numbered(basinOf: Int32Array, rootOf: (basin: number) => number, peaks: readonly number[]): Basins {
  const numbers = new Map<number, number>();
  const kept = [0];
  const labels = new Int32Array(basinOf.length);
  for (let i = 0; i < labels.length; i++) {
    if (basinOf[i] === 0) continue;
    const root = rootOf(basinOf[i] as number);
    let number = numbers.get(root);
    if (number === undefined) {
      number = kept.length;
      numbers.set(root, number);
      kept.push(peaks[root] as number);
    }
    labels[i] = number;
  }
  return { labels, count: kept.length - 1, peaks: kept };
}
