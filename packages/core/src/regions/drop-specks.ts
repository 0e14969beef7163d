import { connectedComponents } from '../data/connected-components.ts';
import type { SizePx } from '../data/transform-draw.ts';

/** Pieces of a mask under this share of its largest one are specks that a generator left behind. */
const SPECK_SHARE = 0.03;

/**
 * A mask without its specks. Pixels that touch at a corner hang together.
 *
 * @param mask `[height, width]`, object > 0
 * @returns a new mask; in specks it is background, -1
 */
export function dropSpecks(mask: Float32Array, { width, height }: SizePx): Float32Array {
  const object = Uint8Array.from(mask, (value) => (value > 0 ? 1 : 0));
  const { labels, areasPx } = connectedComponents(object, width, height, 8);
  const largest = areasPx.slice(1).reduce((most, area) => Math.max(most, area), 0);
  return mask.map((value, i) => {
    const label = labels[i] as number;
    return label > 0 && (areasPx[label] as number) < SPECK_SHARE * largest ? -1 : value;
  });
}
