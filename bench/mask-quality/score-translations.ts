import { type DomainName, type Sample, type Translator, translateSample } from '@instagan/core';
import { CROP_PX, cropSquare, type DomainClassifier, squareAround, unionOf } from '@instagan/core/evaluation';
import type { MaskCondition, TestImage } from './mask-condition.ts';
import { type Estimate, estimate, meanDifference } from './scores.ts';

/** True objects smaller than this share of the image are not shown to the classifier. */
const MIN_OBJECT = 0.01;

/** How good the translations under one condition are. */
export interface TranslationScores {
  /** Share of the true objects that the classifier takes for the target domain after translation. Higher is better. */
  readonly translated: Estimate;
  /** Change of the background, in levels of 255: see {@link backgroundOf}. Lower is better. */
  readonly background: Estimate;
  /** Difference of the whole image to the one that the same model makes of true masks, in levels of 255. Lower is better. */
  readonly drift: Estimate;
}

/** What one model makes of the test images with true masks. */
export async function translateWithTrueMasks(translator: Translator, images: readonly TestImage[]): Promise<Sample[]> {
  const outputs: Sample[] = [];
  for (const { sample } of images) outputs.push(await translateSample(translator, sample));
  return outputs;
}

/**
 * What should not change in each image: pixels outside all true objects, and outside of what any of the compared models
 * paints as an object when it is given true masks. So all models and conditions are scored on the same pixels.
 *
 * @param outputs for each model its translations with true masks
 * @returns `[height, width]` for each image: 1 background, 0 not
 */
export function backgroundOf(images: readonly TestImage[], outputs: readonly (readonly Sample[])[]): Uint8Array[] {
  return images.map(({ sample }, i) => {
    const painted = outputs.flatMap((samples) => samples[i]?.masks ?? []);
    return unionOf([...sample.masks, ...painted], sample.width * sample.height).map((value) => 1 - value);
  });
}

/** What the scores of a model's translations compare with. */
export interface Comparison {
  readonly images: readonly TestImage[];
  readonly background: readonly Uint8Array[];
  /** The model's translations with true masks. */
  readonly withTrueMasks: readonly Sample[];
  readonly classifier: DomainClassifier;
  readonly target: DomainName;
}

/** Translates all images under one condition and scores them. */
export async function scoreTranslations(
  translator: Translator,
  condition: MaskCondition,
  { images, background, withTrueMasks, classifier, target }: Comparison,
): Promise<TranslationScores> {
  const scores = { translated: [] as number[], background: [] as number[], drift: [] as number[] };
  for (const [i, { sample }] of images.entries()) {
    const best = withTrueMasks[i] as Sample;
    const outputs: Sample[] = [];
    for (const masks of condition.masks[i] as (readonly Float32Array[])[]) {
      outputs.push(condition.kind === 'true' ? best : await translateSample(translator, { ...sample, masks }));
    }
    const mean = (score: (image: Float32Array) => number) => estimate(outputs.map(({ image }) => score(image))).mean;
    const shares = [];
    for (const { image } of outputs) shares.push(await shareOf(target, classifier, { ...sample, image }));
    scores.translated.push(estimate(shares).mean);
    scores.background.push(mean((image) => meanDifference(image, sample.image, background[i])));
    scores.drift.push(mean((image) => meanDifference(image, best.image)));
  }
  const { translated, background: changed, drift } = scores;
  return { translated: estimate(translated), background: estimate(changed), drift: estimate(drift) };
}

/** Share of a sample's objects that the classifier takes for one domain; NaN if it has none that is large enough. */
export async function shareOf(domain: DomainName, classifier: DomainClassifier, sample: Sample): Promise<number> {
  const least = MIN_OBJECT * sample.width * sample.height;
  const large = sample.masks.filter((mask) => mask.filter((value) => value > 0).length >= least);
  const crops = large.flatMap((mask) => {
    const square = squareAround(mask, sample);
    return square === null ? [] : [cropSquare({ ...sample, mask }, square, CROP_PX)];
  });
  const taken = (await classifier.classify(crops)).filter(({ plain }) => plain > 0.5 === (domain === 'B')).length;
  return taken / large.length;
}
