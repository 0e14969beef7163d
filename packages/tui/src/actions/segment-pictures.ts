import { type BoxedMask, type Picture, valuesFromBytes, wholeMask } from '@instagan/core';
import { resizeImage } from '@instagan/datasets';
import {
  masksOfInstances,
  type PredictionInput,
  type PredictionOptions,
  predictMaps,
  resizedMasks,
  resizeInstances,
  type Segmenter,
  type SplitMask,
  type SplitOptions,
  splitMask,
  workingSize,
} from '@instagan/segmenter';

/** What the options of a command say of how objects are found; the segmenter knows what to do without. */
export interface InstanceOptions extends PredictionOptions {
  readonly minArea?: number;
  readonly minConfidence?: number;
}

/** The mask of each object found, `[height, width]`, 0 background and 255 object. */
export function wholeMasksOf(split: SplitMask): Uint8Array[] {
  return masksOfInstances(split).map((mask) => wholeMask(mask, split));
}

/** Finds the objects of pictures of any size, all predicted in one batch where their shapes allow. */
export async function segmentPictures(
  segmenter: Segmenter,
  pictures: readonly Picture[],
  options: InstanceOptions = {},
): Promise<SplitMask[]> {
  const found = await predictInstances(segmenter, pictures, options);
  return found.map(({ split, maps, width, height }) => resizeInstances(split, maps, width, height));
}

/** As {@link segmentPictures}: of each picture the masks alone, in boxes, which in large pictures takes far less. */
export async function masksOfPictures(
  segmenter: Segmenter,
  pictures: readonly Picture[],
  options: InstanceOptions = {},
): Promise<BoxedMask<Uint8Array>[][]> {
  const found = await predictInstances(segmenter, pictures, options);
  return found.map(({ split, maps, ...size }) => resizedMasks(split, maps, size));
}

/** Objects at the size at which they were predicted, and that of their picture. */
async function predictInstances(
  segmenter: Segmenter,
  pictures: readonly Picture[],
  { minArea, minConfidence, mirror = false }: InstanceOptions,
) {
  const options: SplitOptions = {
    ...(minArea === undefined ? {} : { minArea }),
    ...(minConfidence === undefined ? {} : { minConfidence }),
  };
  const inputs: PredictionInput[] = [];
  for (const picture of pictures) {
    const { width, height, data } = await resizeImage(picture, workingSize(segmenter, picture));
    inputs.push({ width, height, image: valuesFromBytes(data) });
  }
  const predicted = await predictMaps(segmenter, inputs, { mirror });
  return predicted.map((maps, i) => {
    const { width, height } = pictures[i] as Picture;
    return { split: splitMask(maps, options), maps, width, height };
  });
}
