import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { type MaskedImage, UsageError } from '@instagan/core';
import {
  encodeLike,
  formatLike,
  type OriginalImage,
  partOfDataset,
  WRITTEN_FORMATS,
  type WrittenFormat,
} from '@instagan/datasets';
import {
  isMaskOf,
  type PlannedFiles,
  plannedFile,
  refuseForeign,
  removeHalfWritten,
  WrittenFiles,
  writeMasks,
  writeOutput,
} from './written-files.ts';

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
  /** Removes what killed processes left half-written of images that no other process is translating. @param names of the images */
  removeHalfWritten(names: readonly string[]): Promise<void>;
}

export interface OutputPlan {
  /** Folder of the translated images; or the file of the one that is translated. */
  readonly output: string;
  /** Contact sheet, if there is to be one. */
  readonly sheet: string | undefined;
  /** Image or folder of images that is read. */
  readonly input: string;
  /** Whether the images of folders below are read, too. */
  readonly recursive: boolean;
  readonly masksFolder: string | null;
  /** Folder for the masks that were used, if they are kept. */
  readonly saveMasks: string | undefined;
  /** Of the images that are going to be translated. */
  readonly names: readonly string[];
  /** Whether files may be replaced that this tool did not write. */
  readonly overwrite: boolean;
  /** Of the images; `same` is that of each input. @default as the one file is named, else png */
  readonly format?: WrittenFormat | 'same';
  /** Of formats with loss, 1 … 100. */
  readonly quality?: number;
  /** Whether this process does one part of several. */
  readonly isSharded: boolean;
}

const WRITTEN_NAMES = Object.keys(WRITTEN_FORMATS) as WrittenFormat[];

/** Where an image and its masks go. */
interface Places {
  /** The one file that `output` names; null for a folder of images. */
  readonly file: string | null;
  readonly images: string;
  readonly masks: string;
  readonly format: WrittenFormat | 'same';
  imageName(name: string, format: WrittenFormat): string;
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
  if (plan.quality !== undefined && (places.format === 'png' || places.format === 'tiff')) {
    throw new UsageError(
      `--quality is for files with loss, and images are written as ${places.format}: leave --quality out, or give --format jpeg, webp, avif or same.`,
    );
  }
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
      const [to, from] = [await realPath(folder), await realPath(source)];
      if (to !== from && !(plan.recursive && isBelow(to, from))) continue;
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
    refuseAmongImages('--sheet', sheet);
    // A sheet may lie beside the one image that is read, but not among images that are all read the next time.
    const place = await realPath(dirname(resolve(sheet)));
    const taken =
      (await realPath(sheet)) === (await realPath(input)) ||
      (await realPath(sheet)) === (file === null ? null : await realPath(file)) ||
      (isFolder && place === (await realPath(input)));
    if (taken) throw new UsageError(`--sheet ${sheet} would mix with what is read: choose another place for it.`);
  }
  if (!plan.overwrite) {
    await refuseDataset(images);
    await refuseForeign([
      ...plannedFiles(places, saveMasks, plan.names),
      ...(sheet === undefined ? [] : [plannedFile('--sheet', sheet)]),
    ]);
  }
  return {
    write: (image, maskNumbers, original) => write(places, image, maskNumbers, original, plan.quality),
    removeHalfWritten: (names) => removeHalfWritten(plannedFiles(places, saveMasks, names)),
  };
}

/** All files that translating images of these names may write or replace, but for the sheet. */
function plannedFiles(places: Places, saveMasks: string | undefined, names: readonly string[]): PlannedFiles[] {
  const imageNames = new Set(names.flatMap((name) => WRITTEN_NAMES.map((format) => places.imageName(name, format))));
  const maskNames = names.map(places.maskName);
  const masksOf = (folder: string, option: string, of: readonly string[]): PlannedFiles => {
    return { folder, option, names: of, isTaken: isMaskOf(new Set(of)) };
  };
  return [
    { folder: places.images, option: '--output', names: [...imageNames], isTaken: (name) => imageNames.has(name) },
    masksOf(places.masks, '--output', maskNames),
    ...(saveMasks === undefined ? [] : [masksOf(saveMasks, '--save-masks', names)]),
  ];
}

/** @throws UsageError if a picture would lie among the images or masks of a dataset, and be taken for one of them */
export function refuseAmongImages(option: string, picture: string): void {
  const folder = dirname(resolve(picture));
  if (partOfDataset(folder) === null) return;
  throw new UsageError(
    `${option} ${picture} would be taken for a part of the dataset in ${folder}: choose another place.`,
  );
}

/** Translations among the images of a dataset would be trained on. @throws UsageError if there are some that this tool did not write */
async function refuseDataset(folder: string): Promise<void> {
  if (partOfDataset(folder)?.isMasks !== false) return;
  const written = await WrittenFiles.open(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!NAMED_LIKE_IMAGE.test(name) || !(await written.isForeign(name))) continue;
    throw new UsageError(`${folder} is a dataset's, and holds ${name}: choose another --output, or add --overwrite.`);
  }
}

const WRITTEN_AS_IMAGE = /\.(png|jpe?g|webp|avif|tiff?)$/i;
const NAMED_LIKE_IMAGE = /\.(png|jpe?g|webp|gif|tiff?|bmp|avif|heic|heif)$/i;

async function placesOf({ output, names, isSharded, format }: OutputPlan): Promise<Places> {
  const found = await stat(output).catch(() => null);
  if (found?.isDirectory() || (found === null && !NAMED_LIKE_IMAGE.test(output))) {
    const images = /(^|[/\\])\.{1,2}[/\\]*$/.test(output) ? resolve(output) : output.replace(/(?<=.)[/\\]+$/, '');
    return {
      file: null,
      images,
      masks: `${images}_seg`,
      format: format ?? 'png',
      imageName: (name, of) => `${name}${WRITTEN_FORMATS[of]}`,
      maskName: (name) => name,
    };
  }
  if (!NAMED_LIKE_IMAGE.test(output)) throw new UsageError(`${output} is a file: give --output a folder.`);
  if (names.length > 1 || isSharded) {
    throw new UsageError(
      `${output} is named like an image, and there are several to write: give --output a folder, such as ${output.replace(NAMED_LIKE_IMAGE, '')}.`,
    );
  }
  if (!WRITTEN_AS_IMAGE.test(output)) {
    throw new UsageError(
      `${output} is not written: give --output a file that ends in .png, .jpg, .webp, .avif or .tiff, or a folder.`,
    );
  }
  const stem = output.replace(WRITTEN_AS_IMAGE, '');
  const named = formatOfName(output);
  if (format !== undefined && format !== named) {
    throw new UsageError(`--output ${output} is named like ${named}, and --format is ${format}: leave --format out.`);
  }
  const images = dirname(output);
  return {
    file: output,
    images,
    masks: `${stem}_seg`,
    format: named,
    imageName: () => basename(output),
    maskName: () => basename(stem),
  };
}

/** Whether a path lies somewhere below a folder. Both are absolute. */
export function isBelow(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest !== '' && !rest.startsWith('..') && !isAbsolute(rest);
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function formatOfName(file: string): WrittenFormat {
  const ending = extname(file).toLowerCase().replace('jpeg', 'jpg').replace(/tif$/, 'tiff');
  return WRITTEN_NAMES.find((format) => WRITTEN_FORMATS[format] === ending) ?? 'png';
}

async function write(
  places: Places,
  translated: MaskedImage,
  maskNumbers: readonly number[],
  original: OriginalImage,
  quality: number | undefined,
): Promise<{ image: string; masks: string[] }> {
  const { name, width, height, image, masks } = translated;
  const format = places.format === 'same' ? await formatLike(original.file) : places.format;
  const how = { format, ...(quality === undefined ? {} : { quality }) };
  const encoded = await encodeLike(original, { width, height, data: image, masks }, how);
  const file = join(places.images, places.imageName(name, format));
  await writeOutput(file, encoded);
  for (const other of places.file === null ? WRITTEN_NAMES : []) {
    if (other !== format) await rm(join(places.images, places.imageName(name, other)), { force: true });
  }
  return { image: file, masks: await writeMasks(places.masks, places.maskName(name), translated, maskNumbers) };
}
