import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type MaskedImage, UsageError } from '@instagan/core';
import { writeImage, writeMask } from '@instagan/datasets';
import { isMaskOf, maskFile, refuseForeign, removeOtherMasks, WrittenFiles } from './written-files.ts';

/** Where translations go: `out/NAME.png` and the masks `out_seg/NAME_0.png`, … */
export interface OutputFolder {
  /**
   * Writes an image and its masks, and removes masks that an earlier translation of that name left.
   *
   * @param maskNumbers a number for the name of each mask; if empty, no masks are written
   * @returns the files
   */
  write(image: MaskedImage, maskNumbers: readonly number[]): Promise<{ image: string; masks: string[] }>;
}

export interface OutputPlan {
  /** Folder of the translated images; or the file of the one that is translated. */
  readonly output: string;
  /** Contact sheet, if there is to be one. */
  readonly sheet: string | undefined;
  /** Image or folder of images that is read. */
  readonly input: string;
  readonly masksFolder: string | null;
  /** Folder for the masks that were used, if they are kept. */
  readonly saveMasks: string | undefined;
  /** Of the images that are going to be translated. */
  readonly names: readonly string[];
  /** Whether files may be replaced that this tool did not write. */
  readonly overwrite: boolean;
  /** Whether this process does one part of several. */
  readonly isSharded: boolean;
}

/** Where an image and its masks go. */
interface Places {
  /** The one file that `output` names; null for a folder of images. */
  readonly file: string | null;
  readonly images: string;
  readonly masks: string;
  imageName(name: string): string;
  /** What the names of an image's masks begin with. */
  maskName(name: string): string;
}

/**
 * Plans the output; nothing is written yet. For one image, an output that is named like an image file is that file, and its masks go
 * beside it: `result.jpg`, `result_seg/result_0.png`. Any other output is a folder.
 *
 * @throws UsageError if it would overwrite what is read or what this tool did not write, or if `output` is a file where several images
 *   are translated
 */
export async function openOutputFolder(plan: OutputPlan): Promise<OutputFolder> {
  const { output, sheet, input, masksFolder, saveMasks } = plan;
  const places = await placesOf(plan);
  const { file, images, masks } = places;
  const isFolder = (await stat(input).catch(() => null))?.isDirectory() ?? true;
  const read = [isFolder ? input : dirname(resolve(input)), ...(masksFolder === null ? [] : [masksFolder])];
  for (const [option, folder] of [
    // A file may lie beside the one image that is read.
    ['--output', file !== null && !isFolder ? undefined : images],
    ['--output', masks],
    ['--save-masks', saveMasks],
  ] as const) {
    if (folder === undefined) continue;
    for (const source of read) {
      if ((await realPath(folder)) !== (await realPath(source))) continue;
      throw new UsageError(`${option} would write into ${source}, which is read: choose another ${option}.`);
    }
    if (option === '--save-masks' && [images, masks].includes(folder)) {
      throw new UsageError(`--save-masks would mix with the translations in ${folder}: choose another folder.`);
    }
  }
  if (file !== null && (await realPath(file)) === (await realPath(input))) {
    throw new UsageError(`--output ${output} is the image that is read: choose another file.`);
  }
  if (sheet !== undefined) {
    // A sheet may lie beside the one image that is read, but not among images that are all read the next time.
    const place = await realPath(dirname(resolve(sheet)));
    const taken =
      (await realPath(sheet)) === (await realPath(input)) ||
      (await realPath(sheet)) === (file === null ? null : await realPath(file)) ||
      (isFolder && place === (await realPath(input)));
    if (taken) throw new UsageError(`--sheet ${sheet} would mix with what is read: choose another place for it.`);
  }
  if (!plan.overwrite) {
    const imageNames = new Set(plan.names.map(places.imageName));
    const isMask = isMaskOf(new Set(plan.names.map(places.maskName)));
    await refuseForeign([
      { folder: images, option: '--output', isTaken: (name) => imageNames.has(name) },
      { folder: masks, option: '--output', isTaken: isMask },
      ...(saveMasks === undefined
        ? []
        : [{ folder: saveMasks, option: '--save-masks', isTaken: isMaskOf(new Set(plan.names)) }]),
      ...(sheet === undefined
        ? []
        : [{ folder: dirname(sheet), option: '--sheet', isTaken: (name: string) => name === basename(sheet) }]),
    ]);
  }
  return { write: (image, maskNumbers) => write(places, image, maskNumbers) };
}

const WRITTEN_AS_IMAGE = /\.(png|jpe?g|webp)$/i;
const NAMED_LIKE_IMAGE = /\.(png|jpe?g|webp|gif|tiff?|bmp|avif|heic|heif)$/i;

async function placesOf({ output, names, isSharded }: OutputPlan): Promise<Places> {
  const found = await stat(output).catch(() => null);
  if (found?.isDirectory() || (found === null && !NAMED_LIKE_IMAGE.test(output))) {
    const images = /(^|[/\\])\.{1,2}[/\\]*$/.test(output) ? resolve(output) : output.replace(/(?<=.)[/\\]+$/, '');
    const imageName = (name: string) => `${name}.png`;
    return { file: null, images, masks: `${images}_seg`, imageName, maskName: (name) => name };
  }
  if (!NAMED_LIKE_IMAGE.test(output)) throw new UsageError(`${output} is a file: give --output a folder.`);
  if (names.length > 1 || isSharded) {
    throw new UsageError(
      `${output} is named like an image, and there are several to write: give --output a folder, such as ${output.replace(NAMED_LIKE_IMAGE, '')}.`,
    );
  }
  if (!WRITTEN_AS_IMAGE.test(output)) {
    throw new UsageError(
      `${output} is not written: give --output a file that ends in .png, .jpg or .webp, or a folder.`,
    );
  }
  const stem = output.replace(WRITTEN_AS_IMAGE, '');
  const images = dirname(output);
  return {
    file: output,
    images,
    masks: `${stem}_seg`,
    imageName: () => basename(output),
    maskName: () => basename(stem),
  };
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function write(
  places: Places,
  translated: MaskedImage,
  maskNumbers: readonly number[],
): Promise<{ image: string; masks: string[] }> {
  const { name, width, height } = translated;
  const image = join(places.images, places.imageName(name));
  await writeImage(image, { width, height, data: translated.image });
  const masks: string[] = [];
  for (const [i, number] of maskNumbers.entries()) {
    const file = maskFile(places.masks, places.maskName(name), number);
    await writeMask(file, { width, height, data: translated.masks[i] as Uint8Array });
    masks.push(file);
  }
  await removeOtherMasks(places.masks, places.maskName(name), new Set(masks));
  await (await WrittenFiles.open(places.images)).add([basename(image)]);
  if (masks.length > 0) await (await WrittenFiles.open(places.masks)).add(masks.map((file) => basename(file)));
  return { image, masks };
}
