import {
  type ContactSheetRow,
  chunkSize,
  type LoadedTranslator,
  type MaskedImage,
  maskFromBytes,
  resample,
  type Sample,
  selectInstances,
  type TranslateOptions,
  takesRegions,
  translateSample,
  type translationCheck,
  valuesFromBytes,
} from '@instagan/core';
import type { ImageFile, LoadSampleOptions } from '@instagan/datasets';
import type { Segmenter } from '@instagan/segmenter';
import type { MaskSource } from './mask-source.ts';
import type { OutputFolder } from './output-folder.ts';
import { writeMasks } from './written-files.ts';

export interface ImageJob {
  readonly forward: LoadedTranslator;
  /** Translates back, for the contact sheet; null without one. */
  readonly backward: LoadedTranslator | null;
  readonly output: OutputFolder;
  /** Where the contact sheet goes; undefined without one. */
  readonly sheet: string | undefined;
  readonly source: MaskSource;
  /** Finds the objects of images without masks; null without one. */
  readonly segmenter: Segmenter | null;
  /** Folder for the masks that were used; null to keep none. */
  readonly savedMasks: string | null;
  readonly load: LoadSampleOptions;
  /** Numbers of the masks whose instances are to change; undefined for all. */
  readonly instances: readonly number[] | undefined;
  readonly maxInstances: number;
  /** Refuses an image that does not fit in memory whole. */
  readonly checkFits: ReturnType<typeof translationCheck>;
  /** Chunks, regions and background. */
  readonly how: Pick<TranslateOptions, 'instancesPerChunk' | 'region' | 'background' | 'rimPx'>;
}

export interface TranslatedImage {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  /** Files of the translated masks. */
  readonly masks: readonly string[];
  /** Numbers of the masks whose instances changed; null for a model without masks. */
  readonly translated: readonly number[] | null;
  /** Who made the masks; null for an image or a model without. */
  readonly masksFrom: 'file' | 'segmenter' | null;
  readonly seconds: number;
  /** Why it was copied, or translated in part. */
  readonly warning?: string;
}

/**
 * Translates one image file and writes the result with its masks.
 *
 * @returns what was done, and its row of a contact sheet (null if `job.backward` is null)
 * @throws UserError if a file cannot be read or written
 */
export async function translateImage(
  job: ImageJob,
  input: ImageFile,
): Promise<{ image: TranslatedImage; row: ContactSheetRow | null }> {
  const begin = performance.now();
  const { maskNumbers, masksFrom, ...image } = await job.source.load(input, job.load, job.segmenter);
  if (job.savedMasks !== null) await writeMasks(job.savedMasks, image.name, image, maskNumbers);
  const { masks } = job.forward.model;
  const chosen = chooseInstances(image, maskNumbers, job.instances);
  const changing = chosen.slice(0, job.maxInstances);
  const how: TranslateOptions =
    masks === 'each' ? { ...job.how, instances: changing, maxInstances: job.maxInstances } : job.how;
  if (!takesRegions(job.forward, image, how) && (changing.length > 0 || masks !== 'each')) {
    const instances = masks === 'each' ? Math.min(changing.length, chunkSize(job.forward, how)) : 1;
    await job.checkFits(image, { instances, masks: image.masks.length });
  }
  const output = await translateSample(job.forward, image, how);
  const outputNumbers = masks === 'each' ? maskNumbers : [...output.masks.keys()];
  const written = await job.output.write(output, masks === 'none' ? [] : outputNumbers, {
    file: input.file,
    read: { width: image.width, height: image.height, data: image.image },
  });
  const seconds = (performance.now() - begin) / 1000;

  const row = job.backward && {
    input: sheetSample(image),
    output: sheetSample(output),
    reconstruction: sheetSample(await translateSample(job.backward, output, how)),
  };
  const common = {
    name: input.name,
    input: input.file,
    output: written.image,
    masks: written.masks,
    masksFrom,
    seconds,
  };
  if (masks === 'none') return { image: { ...common, translated: null }, row };
  const looked = job.segmenter !== null;
  const counts = { masks: image.masks.length, chosen: chosen.length, changing: changing.length };
  const warning = warningOf(input.file, counts, { isChoice: job.instances !== undefined, looked });
  const translated = changing.map((index) => maskNumbers[index] as number).sort((a, b) => a - b);
  return { image: { ...common, translated, ...(warning === null ? {} : { warning }) }, row };
}

/** Pictures of a contact sheet have at most so many pixels: about 580x430, so that it shows some thirty photos. */
const MAX_TILE_PX = 0.25e6;

/** An image as it is shown on a contact sheet. */
function sheetSample({ name, width, height, image, masks }: MaskedImage): Sample {
  const scale = Math.sqrt(MAX_TILE_PX / (width * height));
  if (scale >= 1) return { name, width, height, image: valuesFromBytes(image), masks: masks.map(maskFromBytes) };
  const size = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  const scaled = (pixels: Uint8Array, channels: number) =>
    resample(pixels, { width, channels }, { left: 0, top: 0, width, height }, size, channels, 'linear');
  return { name, ...size, image: scaled(image, 3), masks: masks.map((mask) => scaled(mask, 1)) };
}

/** Indices of the masks that hold an object and are wanted, largest first. */
function chooseInstances(
  { masks }: MaskedImage,
  maskNumbers: readonly number[],
  instances: readonly number[] | undefined,
): readonly number[] {
  if (masks.length === 0) return [];
  return selectInstances(masks, { maxInstances: masks.length }).filter(
    (index) => instances === undefined || instances.includes(maskNumbers[index] as number),
  );
}

function warningOf(
  file: string,
  { masks, chosen, changing }: { masks: number; chosen: number; changing: number },
  { isChoice, looked }: { isChoice: boolean; looked: boolean },
): string | null {
  if (masks === 0) {
    return looked
      ? `${file} is copied unchanged: no object was found in it.`
      : `${file} has no mask and is copied unchanged.`;
  }
  if (chosen === 0)
    return `${file} has no object in ${isChoice ? 'the masks chosen' : 'its masks'} and is copied unchanged.`;
  if (changing < chosen) {
    return `${file} has ${chosen} instances, of which the largest ${changing} were translated: raise --max-instances for all.`;
  }
  return null;
}
