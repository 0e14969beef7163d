/** Two masks show one object if they share this much of the smaller one. */
const SHARED = 0.5;

/**
 * Which true objects masks from elsewhere, such as a segmenter's, stand for: those with which a mask shares at least half
 * of the smaller of the two. So a fragment stands for the whole object, and a mask that covers two objects for both.
 *
 * @param masks object > 0, all of one size
 * @param trueMasks of the same size
 * @returns one mask for each of `masks`, -1 and 1: the union of the objects it stands for, all background if none
 */
export function matchMasks(masks: readonly Float32Array[], trueMasks: readonly Float32Array[]): Float32Array[] {
  const areas = trueMasks.map((mask) => sharedPx(mask, mask));
  return masks.map((mask) => {
    const area = sharedPx(mask, mask);
    const shown = trueMasks.filter((trueMask, i) => {
      const shared = sharedPx(mask, trueMask);
      return shared > 0 && shared >= SHARED * Math.min(area, areas[i] as number);
    });
    return Float32Array.from(mask, (_, i) => (shown.some((object) => (object[i] as number) > 0) ? 1 : -1));
  });
}

function sharedPx(a: Float32Array, b: Float32Array): number {
  let shared = 0;
  for (let i = 0; i < a.length; i++) if ((a[i] as number) > 0 && (b[i] as number) > 0) shared++;
  return shared;
}
