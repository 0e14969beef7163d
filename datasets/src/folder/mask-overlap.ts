import type { MaskImage } from '../images/image-file.ts';

/** A mask thinned out to at most about a million pixels, for comparisons within one image. */
export interface MaskShape {
  readonly file: string;
  /** Equal for masks that are equal in every pixel. */
  readonly digest: string;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Two masks that share more than this part of their union are most likely one object drawn twice. */
export const OVERLAP_LIMIT = 0.8;

const largestPx = 1_000_000;

/** Takes every n-th pixel of every n-th row, so that twenty masks of a large photo stay small in memory. */
export function shapeOf({ width, height, data }: MaskImage): Pick<MaskShape, 'width' | 'height' | 'data'> {
  const every = Math.ceil(Math.sqrt((width * height) / largestPx));
  if (every <= 1) return { width, height, data };
  const thin = { width: Math.ceil(width / every), height: Math.ceil(height / every) };
  const thinned = new Uint8Array(thin.width * thin.height);
  for (let y = 0, to = 0; y < height; y += every) {
    for (let x = 0; x < width; x += every) thinned[to++] = data[y * width + x] as number;
  }
  return { ...thin, data: thinned };
}

/** Intersection over union, 0 … 1; 0 for masks of different sizes. */
export function overlap(a: Omit<MaskShape, 'file' | 'digest'>, b: Omit<MaskShape, 'file' | 'digest'>): number {
  if (a.width !== b.width || a.height !== b.height) return 0;
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.data.length; i++) {
    const inA = (a.data[i] as number) > 127;
    const inB = (b.data[i] as number) > 127;
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 0 : both / either;
}
