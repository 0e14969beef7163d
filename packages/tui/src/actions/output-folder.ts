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
        isTaken: (file) => names.has(file.replace(/\.png$/, '')) && file.endsWith('.png'),
      },
      { folder: masks, option: '--output', isTaken: isMask },
      ...(saveMasks === undefined ? [] : [{ folder: saveMasks, option: '--save-masks', isTaken: isMask }]),
      ...(sheet === undefined
        ? []
        : [{ folder: dirname(sheet), option: '--sheet', isTaken: (file: string) => file === basename(sheet) }]),
    ]);
  }
  return { write: (image, maskNumbers) => write(images, masks, image, maskNumbers) };
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function write(
  imageFolder: string,
  maskFolder: string,
  translated: MaskedImage,
  maskNumbers: readonly number[],
): Promise<{ image: string; masks: string[] }> {
  const { name, width, height } = translated;
  const image = join(imageFolder, `${name}.png`);
  await writeImage(image, { width, height, data: translated.image });
  const masks: string[] = [];
  for (const [i, number] of maskNumbers.entries()) {
    const file = maskFile(maskFolder, name, number);
    await writeMask(file, { width, height, data: translated.masks[i] as Uint8Array });
    masks.push(file);
  }
  await removeOtherMasks(maskFolder, name, new Set(masks));
  await (await WrittenFiles.open(imageFolder)).add([basename(image)]);
  if (masks.length > 0) await (await WrittenFiles.open(maskFolder)).add(masks.map((file) => basename(file)));
  return { image, masks };
}
