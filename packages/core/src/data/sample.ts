import type { Box } from './box.ts';

/**
 * One image with its instances, decoded, on the host.
 *
 * Everything a network sees goes through this shape, so that readers of files, frames of videos and drawn scenes are
 * interchangeable.
 */
export interface Sample {
  /** File name without its ending; unique within a domain. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** RGB, row by row, `[height, width, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
  /** One per instance, `[height, width]`, -1 background and 1 object. May be empty. */
  readonly masks: readonly Float32Array[];
  /** What jitter has hidden; absent if the masks were not jittered. */
  readonly truth?: MaskTruth;
}

/** The truth about masks that were jittered on purpose. Masks as in a {@link Sample}. */
export interface MaskTruth {
  /** The masks as they were, one per instance; at least one if there was any. */
  readonly masks: readonly Float32Array[];
  /**
   * What each jittered mask should be, in their order: the object that it stands for, the union of the objects if it
   * stands for several, all background if for none.
   */
  readonly targets: readonly Float32Array[];
}

/** An image with its instances as bytes, as files hold them. */
export interface MaskedImage {
  /** File name without its ending. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** RGB, `[height, width, 3]`, 0 … 255. */
  readonly image: Uint8Array;
  /** One per instance, `[height, width]`, 0 background and 255 object. */
  readonly masks: readonly Uint8Array[];
}

/** Images with random access. */
export interface MaskedImages {
  readonly count: number;
  /** @param index 0 … count - 1 */
  load(index: number): Promise<MaskedImage>;
}

/** Pixels of an image: bytes, 16-bit numbers, or values in [-1, 1]. */
export type Pixels = Uint8Array | Uint16Array | Float32Array;

/** Pixels of a mask: bytes with object > 127, or values in [-1, 1] with object > 0. */
export type MaskPixels = Uint8Array | Float32Array;

/** A mask as pixels of a part of an image, such as the smallest box around its object; beyond it all is background. */
export interface BoxedMask<P extends MaskPixels = MaskPixels> {
  /** Within the image. */
  readonly box: Box;
  /** `[box.height, box.width]` */
  readonly pixels: P;
}

/** A mask as pixels of the whole image, `[height, width]`, or of a part. */
export type InstanceMask = MaskPixels | BoxedMask;

/** A copy that shares no memory: `slice` of a Buffer, which is bytes too, would be a view. */
export function copyPixels<P extends Pixels>(pixels: P): P {
  return Uint8Array.prototype.slice.call(pixels) as Pixels as P;
}

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
  /** One per instance; in large images those of parts take far less time and memory. */
  readonly masks: readonly InstanceMask[];
}

/** One of the two domains that a model translates between; X and Y in the paper. */
export type DomainName = 'A' | 'B';
