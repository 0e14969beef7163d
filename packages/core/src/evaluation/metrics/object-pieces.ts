import type { Box } from '../../data/box.ts';
import { boxedMask, boxOfBoxed } from '../../data/boxed-mask.ts';
import { type Components, connectedComponents } from '../../data/connected-components.ts';
import type { SizePx } from '../../data/transform-draw.ts';
import { markMask } from '../../regions/compose.ts';

/** The pieces of an object, in the box around it. Pixels that touch at a corner hang together. */
export interface ObjectPieces extends Components {
  readonly box: Box;
}

/**
 * The pieces of an object; what is far larger than it, the rest of the image, is not looked at.
 *
 * @param mask `[height, width]`, object > 0
 * @returns null for a mask without an object
 */
export function piecesIn(mask: Float32Array, size: SizePx): ObjectPieces | null {
  const boxed = boxedMask(mask, size);
  const box = boxOfBoxed(boxed);
  if (box === null) return null;
  const object = new Uint8Array(box.width * box.height);
  markMask(object, boxed, box);
  return { ...connectedComponents(object, box.width, box.height, 8), box };
}
