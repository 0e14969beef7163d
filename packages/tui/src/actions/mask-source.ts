import { UsageError } from '@instagan/core';
import {
  type ImageFile,
  type ImageMasks,
  type InputImage,
  imageMasks,
  type LeftOut,
  type LoadSampleOptions,
  listInputs,
  loadInput,
  readHeader,
  resizeMask,
} from '@instagan/datasets';
import type { Segmenter } from '@instagan/segmenter';
import { leftOutRemarks } from '../output/left-out.ts';
import { runName } from '../output/run-name.ts';
import { annotationLocation, openLocation } from './annotation-location.ts';
import { findMasksFolder } from './masks-folder.ts';
import { type InstanceOptions, segmentPictures, wholeMasksOf } from './segment-pictures.ts';

/** An image with its masks, and who made them; null if it has none. */
export interface MaskedInput extends InputImage {
  readonly masksFrom: 'file' | 'segmenter' | null;
}

/** Where the masks of images come from. */
export interface MaskSource {
  readonly inputs: readonly ImageFile[];
  /** The folder that is read, if it is one. */
  readonly folder: string | null;
  /** Whether `inputs` names every mask there will be. */
  readonly isListed: boolean;
  /** @param segmenter finds the objects of images that have no mask; null leaves them without */
  load(input: ImageFile, options: LoadSampleOptions, segmenter: Segmenter | null): Promise<MaskedInput>;
}

export interface MaskSourceOptions extends InstanceOptions {
  readonly input: string;
  /** Whether the images of folders below count. */
  readonly recursive?: true;
  /** Folder of masks, or annotations: a file, or `FORMAT:PATH`. */
  readonly masks?: string;
  /** Label of the only objects of the annotations that count; the others stay. */
  readonly category?: string;
  /** Run of a segmenter. */
  readonly segmenter?: string;
}

/**
 * Finds where the masks of the images at `input` come from. In order, image by image: what is given as `masks`; what the
 * segmenter finds. Without either, the folder beside the images.
 *
 * @param say told the choice
 * @param remark told what is left out
 * @throws UsageError if there is none of these; UserError if one cannot be read
 */
export async function openMaskSource(
  options: MaskSourceOptions,
  say: (text: string) => void,
  remark: (text: string) => void,
): Promise<MaskSource> {
  const { input, masks, segmenter, category } = options;
  const location = masks === undefined ? null : annotationLocation(masks);
  if (category !== undefined && location === null) {
    throw new UsageError('--category names objects of annotations, such as a COCO file: give them as --masks.');
  }
  const annotations = location && imageMasks(await openLocation(location), category === undefined ? {} : { category });
  const folder =
    annotations !== null || (masks === undefined && segmenter !== undefined)
      ? null
      : await findMasksFolder(input, masks, say);
  const inputs = await listInputs(input, folder ?? undefined, {
    recursive: options.recursive === true,
    onLeftOut: tell(input, folder, remark),
  });
  if (folder === null && annotations === null && segmenter === undefined) {
    throw new UsageError(
      `Without masks the model does not know which objects of ${input} to translate: give --masks DIR, a folder with NAME_0.png, NAME_1.png, … for each image, or --segmenter RUN, a run of "instagan segmenter train".`,
    );
  }
  if (segmenter !== undefined) {
    say(
      `Masks ${masks === undefined ? '' : `from ${masks}, and for images without any `}by the segmenter ${runName(segmenter)}`,
    );
  }
  const isListed = annotations === null && segmenter === undefined;
  return {
    inputs,
    folder,
    isListed,
    load: (file, load, loaded) => loadMasked(file, load, annotations, loaded, options),
  };
}

/** The images alone, for a model that sees no masks. */
export async function sourceWithoutMasks(
  { input, recursive = false }: { readonly input: string; readonly recursive?: boolean },
  remark: (text: string) => void,
): Promise<MaskSource> {
  const load: MaskSource['load'] = async (file, options) => ({ ...(await loadInput(file, options)), masksFrom: null });
  const inputs = await listInputs(input, undefined, { recursive, onLeftOut: tell(input, null, remark) });
  return { inputs, folder: null, isListed: true, load };
}

function tell(input: string, folder: string | null, remark: (text: string) => void): (leftOut: LeftOut) => void {
  return (leftOut) => {
    for (const text of leftOutRemarks(leftOut, input, folder)) remark(`instagan: ${text}`);
  };
}

async function loadMasked(
  file: ImageFile,
  options: LoadSampleOptions,
  annotations: ImageMasks | null,
  segmenter: Segmenter | null,
  instances: InstanceOptions,
): Promise<MaskedInput> {
  const input = await loadInput(file, options);
  if (input.masks.length > 0) return { ...input, masksFrom: 'file' };
  const { width, height } = input;
  const drawn = annotations === null ? [] : await annotations.masksOf(file.file, await readHeader(file.file));
  const fromAnnotations = await Promise.all(drawn.map((mask) => resizeMask(mask, { width, height })));
  if (fromAnnotations.length > 0) {
    return {
      ...withMasks(
        input,
        fromAnnotations.map(({ data }) => data),
      ),
      masksFrom: 'file',
    };
  }
  if (segmenter === null) return { ...input, masksFrom: null };
  const [split] = await segmentPictures(segmenter, [{ width, height, data: input.image }], instances);
  const found = split === undefined ? [] : wholeMasksOf(split);
  return { ...withMasks(input, found), masksFrom: found.length === 0 ? null : 'segmenter' };
}

function withMasks(input: InputImage, masks: readonly Uint8Array[]): InputImage {
  return { ...input, masks, maskNumbers: [...masks.keys()] };
}
