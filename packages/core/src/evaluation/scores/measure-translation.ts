import { bytesFromValues } from '../../data/pixel-values.ts';
import type { Sample } from '../../data/sample.ts';
import type { DomainClassifier } from '../classifier/domain-classifier.ts';
import { largestPairIou, unionIou, unionOf } from '../metrics/mask-overlap.ts';
import { psnr } from '../metrics/psnr.ts';
import { regionsAround } from '../metrics/regions.ts';
import { sharpness } from '../metrics/sharpness.ts';
import { meanWithin, ssimMap } from '../metrics/ssim.ts';
import { measureObjects, type ObjectFigures, scoredObjects, wholeFeatures } from './measure-objects.ts';

/** Two objects have become one if their masks overlap by more than this. */
const MERGED_IOU = 0.5;
/** Equal pixels have an infinite ratio, which no mean bears: this stands for it. */
const MAX_PSNR_DB = 100;

/** An image, what became of it, and that translated back. */
export interface Translation {
  readonly input: Sample;
  readonly output: Sample;
  readonly reconstruction: Sample;
  /** Whether `output` has a mask for each of the input's; else its objects are looked for under the input's masks. */
  readonly hasMasks: boolean;
}

/** What is measured of one translated image. NaN where there is nothing to measure. */
export interface TranslationFigures {
  readonly name: string;
  readonly objects: readonly ObjectFigures[];
  /** Whether every object is still there and none has merged with another. */
  readonly isKept: boolean;
  readonly features: Float32Array;
  readonly backgroundPsnr: number;
  readonly backgroundSsim: number;
  readonly rimPsnr: number;
  readonly rimSsim: number;
  /** Of the background, before and after. */
  readonly backgroundSharpness: readonly [input: number, output: number];
  /** Of the image that was translated back: mean absolute difference in levels of 255, and IoU of its masks with the input's. */
  readonly reconstructionError: number;
  readonly reconstructionIou: number;
}

export async function measureTranslation(
  { input, output, reconstruction, hasMasks }: Translation,
  classifier: DomainClassifier,
): Promise<TranslationFigures> {
  const pixels = input.width * input.height;
  const scored = scoredObjects(input.masks);
  const masks = scored.map((index) => (hasMasks ? output : input).masks[index] as Float32Array);
  const objects = await measureObjects(output, masks, classifier);
  const { outside, rim, background } = regionsAround(unionOf([...input.masks, ...output.masks], pixels), input);
  const [before, after] = [bytesFromValues(input.image), bytesFromValues(output.image)];
  const similarity = ssimMap(before, after, input, outside);
  return {
    name: input.name,
    objects,
    isKept: objects.every(({ exists }) => exists) && largestPairIou(masks, input) <= MERGED_IOU,
    features: await wholeFeatures(output, classifier),
    backgroundPsnr: Math.min(MAX_PSNR_DB, psnr(before, after, background)),
    backgroundSsim: meanWithin(similarity, background),
    rimPsnr: Math.min(MAX_PSNR_DB, psnr(before, after, rim)),
    rimSsim: meanWithin(similarity, rim),
    backgroundSharpness: [sharpness(before, input, background), sharpness(after, input, background)],
    reconstructionError: meanDifference(input.image, reconstruction.image),
    reconstructionIou: hasMasks ? unionIou(reconstruction.masks, input.masks, pixels) : Number.NaN,
  };
}

/** In levels of 255. @param image values in [-1, 1] */
function meanDifference(image: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < image.length; i++) sum += Math.abs((image[i] as number) - (other[i] as number));
  return (127.5 * sum) / image.length;
}
