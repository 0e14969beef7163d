import { realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { type MaskedImage, UsageError } from '@instagan/core';
import { writeAtomically } from '@instagan/core/data';
import {
  encodeLike,
  formatLike,
  type OriginalImage,
  WRITTEN_FORMATS,
  type WrittenFormat,
  writeMask,
} from '@instagan/datasets';
import { isMaskOf, maskFile, refuseForeign, removeOtherMasks, WrittenFiles } from './written-files.ts';

/** Where translations go: `out/NAME.png` (or another format) and the masks `out_seg/NAME_0.png`, … */
export interface OutputFolder {
  /**
   * Writes an image and its masks, and removes what an earlier translation of that name left.
   *
   * @param original what was translated, for all that a picture does not hold
   * @param maskNumbers a number for the name of each mask; if empty, no masks are written
   * @returns the files
   */
  write(
    image: MaskedImage,
    maskNumbers: readonly number[],
    original: OriginalImage,
  ): Promise<{ image: string; masks: string[] }>;
}

export interface OutputPlan {
  /** Folder of the translated images. */
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
  /** Of the images; `same` is that of each input. */
  readonly format: WrittenFormat | 'same';
  /** Of formats with loss, 1 … 100. */
  readonly quality?: number;
}

/**
 * Plans the output; nothing is written yet.
 *
 * @throws UsageError if it would overwrite what is read or what this tool did not write, or if `output` is a file
 */
export async function openOutputFolder(plan: OutputPlan): Promise<OutputFolder> {
  const { output, sheet, input, masksFolder, saveMasks } = plan;
  const images = /(^|[/\\])\.{1,2}[/\\]*$/.test(output) ? resolve(output) : output.replace(/(?<=.)[/\\]+$/, '');
  const masks = `${images}_seg`;
  if ((await stat(images).catch(() => null))?.isFile()) {
    throw new UsageError(`${output} is a file: give --output a folder.`);
  }
  const isFolder = (await stat(input).catch(() => null))?.isDirectory() ?? true;
  const read = [isFolder ? input : dirname(resolve(input)), ...(masksFolder === null ? [] : [masksFolder])];
  for (const [option, folder] of [
    ['--output', images],
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
  if (sheet !== undefined) {
    // A sheet may lie beside the one image that is read, but not among images that are all read the next time.
    const place = await realPath(dirname(resolve(sheet)));
    const taken =
      (await realPath(sheet)) === (await realPath(input)) || (isFolder && place === (await realPath(input)));
    if (taken) throw new UsageError(`--sheet ${sheet} would mix with what is read: choose another place for it.`);
  }
  if (!plan.overwrite) {
    const names = new Set(plan.names);
    const isMask = isMaskOf(names);
    await refuseForeign([
      {
        folder: images,
        option: '--output',
        isTaken: (file) => names.has(parse(file).name) && endings.includes(parse(file).ext),
      },
      { folder: masks, option: '--output', isTaken: isMask },
      ...(saveMasks === undefined ? [] : [{ folder: saveMasks, option: '--save-masks', isTaken: isMask }]),
      ...(sheet === undefined
        ? []
        : [{ folder: dirname(sheet), option: '--sheet', isTaken: (file: string) => file === basename(sheet) }]),
    ]);
  }
  return {
    write: async (image, maskNumbers, original) => {
      const written = await writePicture(images, image, original, plan);
      return { image: written, masks: await writeMasks(masks, image, maskNumbers) };
    },
  };
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

const endings: readonly string[] = Object.values(WRITTEN_FORMATS);

async function writePicture(
  folder: string,
  { name, width, height, image, masks }: MaskedImage,
  original: OriginalImage,
  { format, quality }: OutputPlan,
): Promise<string> {
  const chosen = format === 'same' ? await formatLike(original.file) : format;
  const how = { format: chosen, ...(quality === undefined ? {} : { quality }) };
  const encoded = await encodeLike(original, { width, height, data: image, masks }, how);
  const file = join(folder, `${name}${WRITTEN_FORMATS[chosen]}`);
  await writeAtomically(file, encoded, { makesFolder: true });
  for (const ending of endings) {
    const other = join(folder, `${name}${ending}`);
    if (other !== file) await rm(other, { force: true });
  }
  await (await WrittenFiles.open(folder)).add([basename(file)]);
  return file;
}

async function writeMasks(
  folder: string,
  { name, width, height, masks }: MaskedImage,
  numbers: readonly number[],
): Promise<string[]> {
  const files = numbers.map((number) => maskFile(folder, name, number));
  for (const [i, file] of files.entries()) {
    await writeMask(file, { width, height, data: masks[i] as Uint8Array });
  }
  await removeOtherMasks(folder, name, new Set(files));
  if (files.length > 0) await (await WrittenFiles.open(folder)).add(files.map((file) => basename(file)));
  return files;
}
