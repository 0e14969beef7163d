import type { TrainingPair } from '../../data/pair-source.ts';
import type { Sample } from '../../data/sample.ts';
import { contactSheet, type Picture } from '../../pictures/contact-sheet.ts';
import type { TrainingConfig } from '../training-config.ts';
import { translateSample } from '../translate-sample.ts';
import type { TranslationModel } from '../translation-model.ts';
import { generatorWeights, type TrainingState } from './training-state.ts';

/** What the generators make of the first sample of each domain: there and back. */
export async function samplePictures(
  state: TrainingState,
  model: TranslationModel,
  pair: TrainingPair,
  { instancesPerChunk, maxInstances }: TrainingConfig,
): Promise<{ direction: 'AtoB' | 'BtoA'; picture: Picture }[]> {
  const translate = (generator: 'generatorAToB' | 'generatorBToA', sample: Sample) =>
    translateSample({ model, parameters: generatorWeights(state, generator), instancesPerChunk }, sample, {
      maxInstances,
    });
  const pictures: { direction: 'AtoB' | 'BtoA'; picture: Picture }[] = [];
  for (const [direction, sample, forward, backward] of [
    ['AtoB', pair.a[0], 'generatorAToB', 'generatorBToA'],
    ['BtoA', pair.b[0], 'generatorBToA', 'generatorAToB'],
  ] as const) {
    if (sample === undefined) continue;
    const output = await translate(forward, sample);
    const reconstruction = await translate(backward, output);
    pictures.push({ direction, picture: contactSheet([{ input: sample, output, reconstruction }]) });
  }
  return pictures;
}
