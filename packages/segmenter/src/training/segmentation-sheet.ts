import { maskFromBytes, masksOf, type Picture, pictureTable, pixelsOf, type Sample } from '@instagan/core';
import { masksOfInstances } from '../instances/resize-instances.ts';
import type { MaskMaps, SplitMask } from '../instances/split-mask.ts';

/** One image with its true and its predicted masks. */
export interface SegmentationRow {
  readonly width: number;
  readonly height: number;
  /** RGB, `[height, width, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
  /** `[height, width]`, -1 background and 1 object. */
  readonly truth: Float32Array;
  readonly maps: MaskMaps;
  readonly split: SplitMask;
}

/** A table of pictures, a row for each image: the image, its true mask, the predicted mask, the objects found in it. */
export function segmentationSheet(rows: readonly SegmentationRow[]): Picture {
  return pictureTable(
    rows.map(({ width, height, image, truth, maps, split }) => {
      const sample = (masks: readonly Float32Array[]): Sample => ({ name: '', width, height, image, masks });
      return [
        pixelsOf(sample([])),
        masksOf(sample([truth])),
        masksOf(sample([maps.mask])),
        masksOf({
          width,
          height,
          masks: masksOfInstances(split).map(({ box, pixels }) => ({ box, pixels: maskFromBytes(pixels) })),
        }),
      ];
    }),
  );
}
