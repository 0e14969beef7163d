import { type Picture, valuesFromBytes, wholeMask } from '@instagan/core';
import { resizeImage } from '@instagan/datasets';
import {
  masksOfInstances,
  type PredictionInput,
  type PredictionOptions,
  predictMaps,
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
  { minArea, minConfidence, mirror = false }: InstanceOptions = {},
): Promise<SplitMask[]> {
  const split: SplitOptions = {
    ...(minArea === undefined ? {} : { minArea }),
    ...(minConfidence === undefined ? {} : { minConfidence }),
  };
  const inputs: PredictionInput[] = [];
  for (const picture of pictures) {
    const { width, height, data } = await resizeImage(picture, workingSize(segmenter, picture));
    inputs.push({ width, height, image: valuesFromBytes(data) });
  }
  const maps = await predictMaps(segmenter, inputs, { mirror });
  return maps.map((each, i) => {
    const { width, height } = pictures[i] as Picture;
    return resizeInstances(splitMask(each, split), each, width, height);
  });
}
