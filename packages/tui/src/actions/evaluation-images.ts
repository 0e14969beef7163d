import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type DomainName, NOT_WAITING, type Sample, UserError } from '@instagan/core/data';
import {
  type ImageFile,
  type LoadSampleOptions,
  loadSample,
  readDomainFolder,
  type SplitName,
} from '@instagan/datasets';

/**
 * The images of a domain that have masks.
 *
 * @param otherwise what to do if there is none, other than adding some
 * @param most how many at most, spread evenly over all
 * @throws UserError if there is none
 */
export async function imagesWithMasks(
  root: string,
  split: SplitName,
  domain: DomainName,
  otherwise: string,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly ImageFile[]> {
  const { images, imageFolder, maskFolder } = await readDomainFolder(root, split, domain);
  const masked = images.filter(({ masks }) => masks.length > 0);
  if (masked.length === 0) {
    const place = path.join(root, imageFolder);
    throw new UserError(
      `${place} has no image with masks in ${path.join(root, maskFolder)}: add some, or ${otherwise}.`,
    );
  }
  const count = Math.min(most, masked.length);
  return Array.from({ length: count }, (_, i) => masked[Math.floor((i * masked.length) / count)] as ImageFile);
}

/** Decodes images one after the other. */
export async function* samplesOf(images: readonly ImageFile[], load: LoadSampleOptions): AsyncGenerator<Sample> {
  for (const image of images) {
    const { maskNumbers: _, ...sample } = await loadSample(image, load);
    yield sample;
  }
}

/** Changes with any byte of the images and their masks, and with their names. */
export async function hashOf(images: readonly ImageFile[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { file, masks } of images) {
    for (const each of [file, ...masks.map((mask) => mask.file)]) {
      const bytes = await readFile(each, { flag: NOT_WAITING });
      hash.update(`${path.basename(each)} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}
