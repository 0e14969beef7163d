import { createHash } from 'node:crypto';
import type { DomainName } from '../../data/sample.ts';
import { readClassifier, writeClassifier } from './classifier-file.ts';
import type { TrainedClassifier } from './domain-classifier.ts';
import { type ClassifierTraining, type RealImages, trainClassifier } from './train-classifier.ts';

/** Raised when the same images would give another classifier: network, crops, augmentation. */
const VERSION = 1;

/** What a classifier is trained on. */
export interface ClassifierData {
  /** Changes with the images, their masks, and the size at which they are looked at. */
  readonly hash: string;
  /** The training images of both domains. */
  readonly images: Readonly<Record<DomainName, () => RealImages>>;
}

/**
 * The classifier of a file, if it was trained on the same data in the same way; else a new one, which is saved there.
 *
 * @returns with whether it was read
 * @throws UserError if a domain has too few images with objects, the file holds something else, or it cannot be written
 */
export async function openClassifier(
  file: string,
  { hash, images }: ClassifierData,
  training: ClassifierTraining,
): Promise<TrainedClassifier & { readonly isNew: boolean }> {
  const { steps, seed } = training;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([VERSION, hash, steps, seed]))
    .digest('hex');
  const known = await readClassifier(file, fingerprint);
  if (known !== null) return { ...known, isNew: false };
  const trained = await trainClassifier({ A: images.A(), B: images.B() }, training);
  await writeClassifier(file, trained, fingerprint);
  return { ...trained, isNew: true };
}
