/** Pixels of an image: bytes, 16-bit numbers, or values in [-1, 1]. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/** Pixels of a mask: bytes with object > 127, or values in [-1, 1] with object > 0. */
export type MaskPixels = Uint8Array | Float32Array;

/** Above it a pixel of a mask is object. */
export function objectThreshold(mask: MaskPixels): number {
  return mask instanceof Float32Array ? 0 : 127;
}

/** An image with its instances, its pixels in whatever form; a `Sample` is one, and so is a `MaskedImage`. */
export interface PixelSample {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** RGB, `[height, width, 3]`. */
  readonly image: Pixels;
  /** One per instance, `[height, width]`. */
  readonly masks: readonly MaskPixels[];
}
