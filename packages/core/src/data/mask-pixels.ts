/** Pixels of a mask: bytes with object > 127, or values in [-1, 1] with object > 0. */
export type MaskPixels = Uint8Array | Float32Array;

/** Above it a pixel of a mask is object. */
export function objectThreshold(mask: MaskPixels): number {
  return mask instanceof Float32Array ? 0 : 127;
}
