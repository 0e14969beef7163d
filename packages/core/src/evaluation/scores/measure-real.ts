import type { Sample } from '../../data/sample.ts';
import type { DomainClassifier } from '../classifier/domain-classifier.ts';
import type { RealImages } from '../classifier/train-classifier.ts';
import { measureObjects, type ObjectFigures, scoredObjects, wholeFeatures } from './measure-objects.ts';

/** What is measured of one real image. */
export interface RealFigures {
  readonly name: string;
  readonly objects: readonly ObjectFigures[];
  readonly features: Float32Array;
}

/** Measures the real images of a domain: what translations are compared with. Images without objects are left out. */
export async function measureReal(images: RealImages, classifier: DomainClassifier): Promise<RealFigures[]> {
  const figures: RealFigures[] = [];
  for await (const sample of images) {
    const masks = scoredObjects(sample.masks).map((index) => sample.masks[index] as Float32Array);
    if (masks.length > 0) figures.push(await measureOne(sample, masks, classifier));
  }
  return figures;
}

async function measureOne(
  sample: Sample,
  masks: readonly Float32Array[],
  classifier: DomainClassifier,
): Promise<RealFigures> {
  return {
    name: sample.name,
    objects: await measureObjects(sample, masks, classifier),
    features: await wholeFeatures(sample, classifier),
  };
}
