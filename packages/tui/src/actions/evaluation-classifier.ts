import path from 'node:path';
import { openClassifier, type TrainedClassifier } from '@instagan/core/evaluation';
import type { LoadSampleOptions } from '@instagan/datasets';
import { evaluationFolder } from '../report/saved-evaluations.ts';
import { hashOf, imagesWithMasks, samplesOf } from './evaluation-images.ts';

/** Images of a domain that a classifier is trained on, at most: more cost time and tell little more. */
const MAX_IMAGES = 300;
/** Updates of a classifier, unless others are asked for: so many for each object, within limits. */
const STEPS = { perObject: 2, least: 40, most: 400 };

export interface RunClassifierOptions {
  readonly run: string;
  /** Where the classifier is kept. @default the run's folder `evaluation` */
  readonly file?: string | undefined;
  readonly data: string;
  readonly load: LoadSampleOptions;
  /** Updates of the classifier. @default more for more objects, up to 400 */
  readonly steps?: number | undefined;
  readonly seed: number;
  /** Told before a classifier is trained, which takes a while. */
  readonly say: (text: string) => void;
  /** Told after each update, with the number of all. */
  readonly progress?: (step: number, steps: number) => void;
}

/** A classifier, and where it is kept. */
export interface RunClassifier extends TrainedClassifier {
  readonly file: string;
  /** Updates that it was trained with. */
  readonly steps: number;
}

/** The classifier that scores a run's translations: that of the last time, if the training images are the same. */
export async function openRunClassifier(options: RunClassifierOptions): Promise<RunClassifier> {
  const { run, data, load, seed, say, progress } = options;
  const [a, b] = [
    await imagesWithMasks(data, 'train', 'A', 'give a dataset with training images', MAX_IMAGES),
    await imagesWithMasks(data, 'train', 'B', 'give a dataset with training images', MAX_IMAGES),
  ];
  const objects = [...a, ...b].reduce((sum, { masks }) => sum + masks.length, 0);
  const steps = options.steps ?? Math.min(STEPS.most, Math.max(STEPS.least, STEPS.perObject * objects));
  const file = options.file ?? path.join(evaluationFolder(run), 'classifier.safetensors');
  const hash = [await hashOf(a), await hashOf(b), JSON.stringify(load.size ?? 'keep')].join(' ');
  let isTold = false;
  const tell = () => {
    if (!isTold)
      say(`Training the classifier of A and B on ${a.length} and ${b.length} images; it is kept in ${file}.`);
    isTold = true;
  };
  const images = {
    A: () => {
      tell();
      return samplesOf(a, load);
    },
    B: () => samplesOf(b, load),
  };
  const training = { steps, seed, ...(progress && { progress: (step: number) => progress(step, steps) }) };
  const { isNew: _, ...trained } = await openClassifier(file, { hash, images }, training);
  return { ...trained, file, steps };
}
