import { objectCrops } from '@instagan/core/internals/ops';
import type * as tf from '@tensorflow/tfjs';
import type { Array64 } from '../../helpers/float64.ts';
import { type OpCase, random } from './op-case.ts';

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

type Size = readonly [height: number, width: number];

/** Masks with an object each, and an empty one for null. */
function masksOf(boxes: readonly (Box | null)[], [height, width]: Size): Array64 {
  const data = boxes.flatMap((box) =>
    Array.from({ length: height * width }, (_, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      const isInside =
        box !== null && y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
      return isInside ? 0.5 : -1;
    }),
  );
  return { shape: [boxes.length, height, width, 1], data: Float64Array.from(data) };
}

/** A row or column of the image, and how much of it a crop takes. */
type Share = readonly [place: number, weight: number];

/** Where a crop takes each row or column from, by the docstring of `objectCrops`; places of which it takes nothing are left out. */
function sharesAlong(start: number, extent: number, longer: number, length: number, side: number): Share[][] {
  const square = Math.max(1.25 * longer, side / 4);
  const half = Math.min(square, length) / 2;
  const middle = Math.min(Math.max(start + extent / 2, half), length - half);
  return Array.from({ length: side }, (_, i) => {
    const centre = middle - square / 2 + ((i + 0.5) * square) / side - 0.5;
    const within = Math.min(Math.max(centre, 0), length - 1);
    const weights = Array.from({ length }, (_, place) =>
      Math.max(0, 1 - Math.abs(place - within) / Math.max(1, square / side)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.flatMap((weight, place): Share[] => (weight > 0 ? [[place, weight / sum]] : []));
  });
}

function crops64(x: Array64, boxes: readonly (Box | null)[], side: number): Array64 {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const data = boxes.flatMap((box, n) => {
    if (box === null) return new Array<number>(side * side * channels).fill(0);
    const longer = Math.max(box.height, box.width);
    const rows = sharesAlong(box.top, box.height, longer, height, side);
    const columns = sharesAlong(box.left, box.width, longer, width, side);
    return rows.flatMap((row) =>
      columns.flatMap((column) =>
        Array.from({ length: channels }, (_, c) => {
          let sum = 0;
          for (const [y, up] of row)
            for (const [z, across] of column)
              sum += up * across * x.data[((n * height + y) * width + z) * channels + c]!;
          return sum;
        }),
      ),
    );
  });
  return { shape: [boxes.length, side, side, channels], data: Float64Array.from(data) };
}

function objectCropsCase(name: string, boxes: readonly (Box | null)[], size: Size, side: number): OpCase {
  return {
    name: `objectCrops of ${name}`,
    inputs: { x: random('x', [boxes.length, ...size, 3]), masks: masksOf(boxes, size) },
    differentiable: ['x'],
    run({ x, masks }) {
      const { crops, present } = objectCrops(x as tf.Tensor4D, masks as tf.Tensor4D, side);
      // The crop of an empty mask means nothing.
      return crops.mul(present);
    },
    reference: ({ x }) => crops64(x!, boxes, side),
  };
}

/** Squares and sides by which coordinates are exact in float32: at the kinks of the interpolation a rounding would count. */
export function objectCropsCases(): OpCase[] {
  const size = [20, 24] as const;
  const box = (top: number, left: number, height: number, width: number): Box => ({ top, left, height, width });
  return [
    objectCropsCase('one of several times its size', [box(7, 5, 3, 4)], size, 8),
    objectCropsCase('several, one at a corner, one missing', [box(2, 3, 8, 4), box(16, 20, 4, 4), null], size, 8),
    objectCropsCase('a pixel, magnified no more than four times', [box(9, 9, 1, 1)], size, 16),
    objectCropsCase('one that is larger than the crop', [box(1, 2, 16, 8)], size, 4),
    objectCropsCase('one whose square is larger than the image', [box(0, 0, 20, 24)], size, 8),
  ];
}
