/** Connected parts of a mask: 0 where there is none, else 1 … count. */
export interface Components {
  readonly labels: Int32Array;
  readonly count: number;
  /** Pixels of each part; entry 0 counts what is in none. */
  readonly areasPx: readonly number[];
}

/**
 * Labels the connected parts of the pixels that are not 0, in the order of their first pixel.
 *
 * @param mask `[height, width]`
 * @param neighbours 8: pixels that touch at a corner are connected; 4: only those that share a side
 */
export function connectedComponents(mask: Uint8Array, width: number, height: number, neighbours: 4 | 8): Components {
  const labels = new Int32Array(width * height);
  const areasPx = [width * height];
  const stack = new Int32Array(width * height);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    count++;
    let area = 0;
    let depth = 0;
    stack[depth++] = start;
    labels[start] = count;
    while (depth > 0) {
      const pixel = stack[--depth] as number;
      area++;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let dy = -1; dy <= 1; dy++) {
        if (y + dy < 0 || y + dy >= height) continue;
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= width || (neighbours === 4 && dx !== 0 && dy !== 0)) continue;
          const other = pixel + dy * width + dx;
          if (mask[other] === 0 || labels[other] !== 0) continue;
          labels[other] = count;
          stack[depth++] = other;
        }
      }
    }
    areasPx.push(area);
    areasPx[0] = (areasPx[0] as number) - area;
  }
  return { labels, count, areasPx };
}
