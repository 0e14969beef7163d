import {
  loadTranslator,
  type Picture,
  pictureTable,
  pixelsOf,
  type TranslationDirection,
  translateSample,
} from '@instagan/core';
import type { OpenBackend } from '@instagan/core/backends';
import { likeTraining } from '@instagan/core/evaluation';
import { loadSample, resizeImage } from '@instagan/datasets';
import type { ComparedRun, ComparedTranslation } from './comparison-plan.ts';
import { imagesWithMasks } from './evaluation-images.ts';

/** Test images that are shown. */
const ROWS = 6;
/** Pictures are shown at this size, whatever the model takes. */
const TILE = { height: 160, width: 160 };

/**
 * A row for each of some test images: the image, then how the first seed of each translation of the comparison translates it.
 *
 * @throws UserError if an image or a run cannot be read
 */
export async function comparisonPictures(
  translations: readonly ComparedTranslation<ComparedRun & { readonly run: string }>[],
  data: string,
  direction: TranslationDirection,
  backend: OpenBackend,
): Promise<Picture> {
  const source = direction === 'AtoB' ? 'A' : 'B';
  const files = await imagesWithMasks(data, 'test', source, 'give a dataset with test images', ROWS);
  const rows = await Promise.all(files.map(async (file) => [pixelsOf(await loadSample(file, { size: TILE }))]));
  const firsts = translations.filter(({ name }, i) => translations.findIndex((other) => other.name === name) === i);
  for (const { training, instancesPerChunk } of firsts) {
    const { size, translation: how } = likeTraining(training.config);
    const translator = await loadTranslator(training.run, direction, backend);
    for (const [i, file] of files.entries()) {
      const sample = await loadSample(file, size === 'keep' ? {} : { size });
      const output = pixelsOf(
        await translateSample(translator, sample, { ...how, ...(instancesPerChunk && { instancesPerChunk }) }),
      );
      (rows[i] as Picture[]).push(await resizeImage(output, TILE));
    }
    translator.dispose();
  }
  return pictureTable(rows);
}
