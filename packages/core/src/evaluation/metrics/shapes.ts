import { boxOfMask, longSide } from '../../data/box.ts';
import type { SizePx } from '../../data/transform-draw.ts';
import { intersectionOverUnion } from './mask-overlap.ts';

/** Side of the square that shapes are brought to, in pixels. */
export const SHAPE_PX = 32;

/**
 * The shape of an object, wherever and however large it is: its bounding box, scaled to fit 32x32 and centred.
 *
 * @param mask `[height, width]`, object > 0
 * @returns `[32, 32]`, 1 object and 0 not; null for a mask without an object
 */
export function shapeOf(mask: Float32Array, size: SizePx): Uint8Array | null {
  const box = boxOfMask(mask, size);
  if (box === null) return null;
  const { left, top } = box;
  const [right, bottom] = [left + box.width, top + box.height];
  const pxEach = longSide(box) / SHAPE_PX;
  const first = (begin: number, end: number) => (begin + end) / 2 - (SHAPE_PX / 2) * pxEach;
  const [x0, y0] = [first(left, right), first(top, bottom)];
  return Uint8Array.from({ length: SHAPE_PX ** 2 }, (_, i) => {
    const x = Math.floor(x0 + ((i % SHAPE_PX) + 0.5) * pxEach);
    const y = Math.floor(y0 + (Math.floor(i / SHAPE_PX) + 0.5) * pxEach);
    const isInside = x >= left && x < right && y >= top && y < bottom;
    return isInside && (mask[y * size.width + x] as number) > 0 ? 1 : 0;
  });
}

/**
 * For each shape the one of a training set that is most like it, by intersection over union (paper, appendix G: masks that are made, not
 * copied, have no near twin).
 *
 * @param training at least one
 */
export function nearestShapes(
  shapes: readonly Uint8Array[],
  training: readonly Uint8Array[],
): { readonly index: number; readonly iou: number }[] {
  return shapes.map((shape) => {
    let nearest = { index: 0, iou: -1 };
    for (const [index, other] of training.entries()) {
      const iou = intersectionOverUnion(shape, other);
      if (iou > nearest.iou) nearest = { index, iou };
    }
    return nearest;
  });
}

/** How different shapes are: the mean of 1 - intersection over union over all pairs. NaN for fewer than two. */
export function shapeDiversity(shapes: readonly Uint8Array[]): number {
  let [sum, pairs] = [0, 0];
  for (const [i, shape] of shapes.entries()) {
    for (const other of shapes.slice(0, i)) {
      sum += 1 - intersectionOverUnion(shape, other);
      pairs++;
    }
  }
  return sum / pairs;
}
