/** Which pixels are in any of the masks: 1, else 0. @param masks `[height, width]`, object > 0 */
export function unionOf(masks: readonly Float32Array[], pixels: number): Uint8Array {
  const union = new Uint8Array(pixels);
  for (const mask of masks) for (let i = 0; i < pixels; i++) if ((mask[i] as number) > 0) union[i] = 1;
  return union;
}

/** Intersection over union of two sets of pixels, set where not 0; 1 if both are empty. */
export function intersectionOverUnion(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] !== 0, b[i] !== 0];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 1 : both / either;
}

/** {@link intersectionOverUnion} of the unions of two sets of masks, `[height, width]`, object > 0. */
export function unionIou(masks: readonly Float32Array[], others: readonly Float32Array[], pixels: number): number {
  return intersectionOverUnion(unionOf(masks, pixels), unionOf(others, pixels));
}
