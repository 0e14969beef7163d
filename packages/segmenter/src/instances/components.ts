import { connectedComponents } from '@instagan/core';

/**
 * Sets the holes of a mask, parts of the background that do not touch the edge of the picture, in place.
 *
 * @param maxPx larger holes stay, such as the meadow between an animal's legs
 */
export function fillHoles(mask: Uint8Array, width: number, height: number, maxPx: number): void {
  const background = mask.map((value) => (value === 0 ? 1 : 0));
  const { labels, count, areasPx } = connectedComponents(background, width, height, 4);
  const open = new Uint8Array(count + 1);
  for (let x = 0; x < width; x++) for (const y of [0, height - 1]) open[labels[y * width + x] as number] = 1;
  for (let y = 0; y < height; y++) for (const x of [0, width - 1]) open[labels[y * width + x] as number] = 1;
  for (let i = 0; i < mask.length; i++) {
    const label = labels[i] as number;
    if (label !== 0 && open[label] === 0 && (areasPx[label] as number) <= maxPx) mask[i] = 255;
  }
}

/** Clears the parts of a mask that are smaller than `minPx`, in place. */
export function removeSpecks(mask: Uint8Array, width: number, height: number, minPx: number): void {
  const { labels, areasPx } = connectedComponents(mask, width, height, 8);
  for (let i = 0; i < mask.length; i++) {
    const label = labels[i] as number;
    if (label !== 0 && (areasPx[label] as number) < minPx) mask[i] = 0;
  }
}
