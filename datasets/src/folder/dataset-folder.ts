import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import { type DomainName, UserError } from '@instagan/core/data';
import { isImageName } from '../images/image-file.ts';
import { naturalOrder } from './natural-order.ts';
import { partOfDataset } from './part-of-dataset.ts';

export type SplitName = 'train' | 'test';

/** The mask of one instance: `NAME_<number>.png`. */
export interface MaskFile {
  readonly number: number;
  readonly file: string;
}

export interface ImageFile {
  /** File name without its ending. */
  readonly name: string;
  readonly file: string;
  /** By ascending number. */
  readonly masks: readonly MaskFile[];
}

/** One folder of images and the folder of its masks beside it, by their names alone: no file is opened. */
export interface DomainFolder {
  readonly split: SplitName;
  readonly domain: DomainName;
  /** `trainA` */
  readonly imageFolder: string;
  /** `trainA_seg` */
  readonly maskFolder: string;
  readonly imageFolderExists: boolean;
  readonly maskFolderExists: boolean;
  /** In natural order of the names. Files of one name but different endings are all here. */
  readonly images: readonly ImageFile[];
  /** Masks that belong to no image. */
  readonly orphans: readonly string[];
  /** Files among the masks whose name does not end in `_<number>`. */
  readonly misnamed: readonly string[];
  /** Folders, and files that are not read as images. Hidden ones are passed over. */
  readonly others: readonly string[];
}

/**
 * Indexes the authors' layout: `trainA/NAME.png` (or another image that is read) with the masks `trainA_seg/NAME_0.png`, `NAME_1.png`, …;
 * likewise `trainB`, `testA`, `testB`. A folder that is missing reads as empty.
 *
 * @throws UserError if `root` is no folder or cannot be listed
 */
export async function readDomainFolder(root: string, split: SplitName, domain: DomainName): Promise<DomainFolder> {
  const imageFolder = `${split}${domain}`;
  const maskFolder = `${imageFolder}_seg`;
  if ((await listImages(root)) === null) {
    throw new UserError(
      `There is no folder ${root}: give the folder that holds trainA, trainA_seg, trainB, trainB_seg.`,
    );
  }
  if (partOfDataset(root) !== null && (await listImages(join(root, imageFolder))) === null) {
    throw new UserError(`${root} is a part of a dataset: give the folder that holds it, ${dirname(resolve(root))}.`);
  }
  const images = await listImages(join(root, imageFolder));
  const masks = await indexMasks(join(root, maskFolder));
  const names = new Set(images?.files.map(nameOf));
  return {
    split,
    domain,
    imageFolder,
    maskFolder,
    imageFolderExists: images !== null,
    maskFolderExists: masks !== null,
    images: (images?.files ?? []).map((file) => {
      const name = nameOf(file);
      return { name, file, masks: masks?.byName.get(name) ?? [] };
    }),
    orphans: [...(masks?.byName ?? [])].flatMap(([name, of]) => (names.has(name) ? [] : of.map((mask) => mask.file))),
    misnamed: masks?.misnamed ?? [],
    others: [...(images?.others ?? []), ...(masks?.others ?? [])],
  };
}

export interface MaskIndex {
  /** Name of the image, in Unicode form C, to its masks by ascending number. */
  readonly byName: ReadonlyMap<string, readonly MaskFile[]>;
  readonly misnamed: readonly string[];
  readonly others: readonly string[];
}

/** The masks of a folder by the image they belong to; null if there is no such folder. */
export async function indexMasks(folder: string): Promise<MaskIndex | null> {
  const found = await listImages(folder);
  if (found === null) return null;
  const byName = new Map<string, MaskFile[]>();
  const misnamed: string[] = [];
  for (const file of found.files) {
    const [, name, digits] = /^(.+)_(\d+)$/.exec(nameOf(file)) ?? [];
    if (name === undefined) {
      misnamed.push(file);
      continue;
    }
    const masks = byName.get(name) ?? [];
    masks.push({ number: Number(digits), file });
    byName.set(name, masks);
  }
  for (const masks of byName.values()) masks.sort((a, b) => a.number - b.number);
  return { byName, misnamed, others: found.others };
}

/** What a folder holds, in natural order of the names. */
export interface FolderContent {
  /** Images that are read. */
  readonly files: readonly string[];
  /** Folders, and files that are not read as images. Hidden ones are passed over. */
  readonly others: readonly string[];
}

/** File name without its ending, in Unicode form C: file systems differ in how they store accents. */
export function nameOf(file: string): string {
  return parse(file).name.normalize('NFC');
}

const litter = new Set(['thumbs.db', 'desktop.ini']);

/** The images of a folder, and what else is there; null if there is no such folder. */
export async function listImages(folder: string): Promise<FolderContent | null> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UserError(`Cannot list ${folder}: ${message}; check its rights.`);
  }
  const files: string[] = [];
  const others: string[] = [];
  entries.sort((a, b) => naturalOrder(parse(a.name).name, parse(b.name).name) || naturalOrder(a.name, b.name));
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || litter.has(name.toLowerCase())) continue;
    const isImage = isImageName(name) && !entry.isDirectory();
    (isImage ? files : others).push(join(folder, name));
  }
  return { files, others };
}
