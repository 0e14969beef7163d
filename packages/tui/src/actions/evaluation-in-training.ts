import type { DomainName, TrainingConfig } from '@instagan/core';
import { type EvaluationData, likeTraining } from '@instagan/core/evaluation';
import { type LoadedSample, type LoadSampleOptions, loadSample } from '@instagan/datasets';
import { openRunClassifier } from './evaluation-classifier.ts';
import { imagesWithMasks } from './evaluation-images.ts';

/** Images of a domain that a training is scored on, at most: more would take time from it. */
const MAX_IMAGES = 40;
const OTHERWISE = 'train without --evaluate-every';

/**
 * Prepares what `train --evaluate-every` scores translations by: the test images, and the classifier that `evaluate` uses too.
 *
 * @param remark told before the classifier is trained, which takes a while
 * @returns loads all that when it is first needed
 * @throws UserError if the dataset has no test images with masks
 */
export async function planEvaluation(
  { run, data }: { readonly run: string; readonly data: string },
  config: TrainingConfig,
  remark: (text: string) => void,
): Promise<() => Promise<EvaluationData>> {
  const files = {
    A: await imagesWithMasks(data, 'test', 'A', OTHERWISE, MAX_IMAGES),
    B: await imagesWithMasks(data, 'test', 'B', OTHERWISE, MAX_IMAGES),
  };
  const { size, translation } = likeTraining(config);
  const load: LoadSampleOptions = size === 'keep' ? {} : { size };
  return async () => {
    const trained = await openRunClassifier({ run, data, load, seed: 0, say: remark });
    const samples: Record<DomainName, LoadedSample[]> = { A: [], B: [] };
    for (const domain of ['A', 'B'] as const) {
      for (const file of files[domain]) samples[domain].push(await loadSample(file, load));
    }
    return { images: { A: () => samples.A, B: () => samples.B }, trained, translation, seed: config.seed };
  };
}
