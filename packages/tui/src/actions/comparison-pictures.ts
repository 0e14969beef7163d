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
import type { ComparedRun } from './comparison-plan.ts';
import { imagesWithMasks } from './evaluation-images.ts';

/** Test images that are shown. */
const ROWS = 6;
/** Pictures are shown at this size, whatever the model takes. */
const TILE = { height: 160, width: 160 };

/**
 * A row for each of some test images: the image, then its translation by the first seed of each cell.
 *
 * @throws UserError if an image or a run cannot be read
 */
export async function comparisonPictures(
  runs: readonly (ComparedRun & { readonly run: string })[],
  data: string,
  direction: TranslationDirection,
  backend: OpenBackend,
): Promise<Picture> {
  const source = direction === 'AtoB' ? 'A' : 'B';
  const files = await imagesWithMasks(data, 'test', source, 'give a dataset with test images', ROWS);
  const rows = await Promise.all(files.map(async (file) => [pixelsOf(await loadSample(file, { size: TILE }))]));
  const firsts = runs.filter(({ cell }, i) => runs.findIndex((other) => other.cell === cell) === i);
  for (const { run, config } of firsts) {
    const { size, translation } = likeTraining(config);
    const translator = await loadTranslator(run, direction, backend);
    for (const [i, file] of files.entries()) {
      const sample = await loadSample(file, size === 'keep' ? {} : { size });
      const output = pixelsOf(await translateSample(translator, sample, translation));
      (rows[i] as Picture[]).push(await resizeImage(output, TILE));
    }
    translator.dispose();
  }
  return pictureTable(rows);
}
