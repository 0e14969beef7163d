import type { MaskMaps, SplitMask } from './split-mask.ts';

/** How far a pixel that was cleaned up is moved to the other side of the threshold. */
const MARGIN = 0.02;

/**
 * Instances at another size, such as that of the photo: outlines follow the bilinearly interpolated mask, and each pixel
 * belongs to the instance of the nearest pixel that has one.
 *
 * @param maps what `split` was made of
 */
export function resizeInstances(split: SplitMask, maps: MaskMaps, width: number, height: number): SplitMask {
  if (width === split.width && height === split.height) return split;
  const soft = maps.mask.map((value, i) =>
    split.labels[i] === 0 ? Math.min(value, -MARGIN) : Math.max(value, MARGIN),
  );
  const labels = new Int32Array(width * height);
  const areas = new Int32Array(split.instances.length + 1);
  const columns = placesOf(width, split.width);
  const rows = placesOf(height, split.height);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const corners = [
        row.low * split.width + column.low,
        row.low * split.width + column.high,
        row.high * split.width + column.low,
        row.high * split.width + column.high,
      ] as const;
      const top = lerp(soft[corners[0]] as number, soft[corners[1]] as number, column.share);
      const bottom = lerp(soft[corners[2]] as number, soft[corners[3]] as number, column.share);
      if (lerp(top, bottom, row.share) <= 0) continue;
      const first = (row.share < 0.5 ? 0 : 2) + (column.share < 0.5 ? 0 : 1);
      // The nearest corner, then the other one of its row, of its column, and the one across.
      const label = [0, 1, 2, 3]
        .map((flip) => split.labels[corners[first ^ flip] as number] as number)
        .find((l) => l > 0);
      if (label === undefined) continue;
      labels[y * width + x] = label;
      areas[label]!++;
    }
  }
  const instances = split.instances.map((instance, i) => ({ ...instance, areaPx: areas[i + 1] as number }));
  return { width, height, labels, instances };
}

/** Where the pixels of a line of `to` pixels lie in one of `from`: between which two, and how far to the second. */
function placesOf(to: number, from: number): { low: number; high: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(from - 1, low + 1), share: at - low };
  });
}

function lerp(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** The mask of each instance, `[height, width]`, 0 background and 255 object. */
export function masksOfInstances({ labels, instances }: SplitMask): Uint8Array[] {
  const masks = instances.map(() => new Uint8Array(labels.length));
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label !== 0) (masks[label - 1] as Uint8Array)[i] = 255;
  }
  return masks;
}
