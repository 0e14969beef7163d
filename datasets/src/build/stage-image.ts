import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, type SizePx, UserError, writeAtomically } from '@instagan/core/data';
import { TINY_PX } from '../folder/inspect-image.ts';
import { type AnnotatedObject, MAX_OBJECTS } from '../formats/annotation-source.ts';
import { type ImageHeader, type RgbImage, readHeader, requirePixels } from '../images/image-file.ts';
import { readImage } from '../images/read-image.ts';
import { resizeMask } from '../images/read-mask.ts';
import { writeImage } from '../images/write-image.ts';
import { type Candidate, type DomainBuild, type ImageFate, isOfDomain, leaveOut } from './domain-build.ts';
import { type Fit, fitImage, fitMask, fittedSize } from './fit-picture.ts';
import { type ObjectFate, type ObjectFilter, ObjectSelection } from './select-objects.ts';

/** Which images become part of a domain, and how they are written. */
export interface ImageFilter {
  readonly objects: ObjectFilter;
  /** Images with fewer or more objects are left out. */
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Images with objects of both domains are left out. */
  readonly exclusive: boolean;
  /** Only images that are at least as high as wide, or at least as wide as high. */
  readonly orientation: 'any' | 'portrait' | 'landscape';
  /** Null keeps the sizes, and the files of the images as they are. */
  readonly fit: Fit | null;
  /** Larger images are left out before they are decoded. @default 100 million */
  readonly maxPixels?: number;
}

/**
 * Puts an image and its masks into the staging area of each domain that it belongs to.
 *
 * @param onFault told what cannot be read; the image is left out then
 * @throws UserError if a file cannot be written
 */
export async function stageImage(
  candidate: Candidate,
  builds: readonly DomainBuild[],
  staging: string,
  filter: ImageFilter,
  onFault: (message: string) => void,
): Promise<void> {
  const { image } = candidate;
  let file: string;
  let header: ImageHeader;
  let objects: readonly AnnotatedObject[];
  try {
    file = await image.locate();
    header = await readHeader(file);
    requirePixels(file, header, filter.maxPixels);
    objects = await image.objects(file, header);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onFault(error.message);
    for (const build of builds) {
      if (image.labels === null || [...image.labels].some((label) => isOfDomain(build, label))) {
        leaveOut(build, 'unreadable');
      }
    }
    return;
  }
  const counted = objects.filter(({ isCrowd }) => filter.objects.crowds || !isCrowd);
  const own = builds.map((build) => counted.filter(({ label }) => isOfDomain(build, label)));
  const isBoth = own.filter((list) => list.length > 0).length > 1;
  for (const [i, build] of builds.entries()) {
    const wanted = own[i] as AnnotatedObject[];
    if (wanted.length === 0) continue;
    const fate = imageFate(header, wanted.length, isBoth, filter);
    if (fate !== null) {
      leaveOut(build, fate);
      continue;
    }
    let prepared: PreparedImage | ImageFate;
    try {
      prepared = await prepare(build, { file, header, objects: wanted }, filter);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onFault(error.message);
      prepared = 'unreadable';
    }
    if (typeof prepared === 'string') leaveOut(build, prepared);
    else await write(build, candidate, prepared, staging);
  }
}

/** What tells before a mask is drawn that an image is left out; null if it may stay. */
function imageFate(
  header: SizePx,
  objects: number,
  isBoth: boolean,
  { fit, orientation, exclusive }: ImageFilter,
): ImageFate | null {
  const { width, height } = fit === null ? header : fittedSize(header, fit);
  if (Math.min(width, height) < TINY_PX) return 'tiny';
  if (orientation === 'portrait' && header.width > header.height) return 'turned';
  if (orientation === 'landscape' && header.height > header.width) return 'turned';
  if (isBoth && exclusive) return 'both';
  return objects > MAX_OBJECTS ? 'many' : null;
}

interface Picture {
  readonly file: string;
  readonly header: ImageHeader;
  readonly objects: readonly AnnotatedObject[];
}

/** An image that is written as it is, and its masks. */
interface PreparedImage {
  /** Pixels to write as PNG; or the file to copy, which needs no change. */
  readonly picture: RgbImage | string;
  /** PNG files, the largest object first. */
  readonly masks: readonly Uint8Array[];
}

/**
 * Decodes an image and draws its masks.
 *
 * @returns why it is left out, if it is
 * @throws UserError if one of them cannot be read
 */
async function prepare(
  build: DomainBuild,
  { file, header, objects }: Picture,
  { objects: filter, minInstances, maxInstances, fit }: ImageFilter,
): Promise<PreparedImage | ImageFate> {
  const selection = new ObjectSelection(filter);
  for (const object of objects) {
    const mask = await resizeMask(await object.draw(), { width: header.width, height: header.height });
    await selection.add(fit === null ? mask : await fitMask(mask, fit));
  }
  for (const fate of Object.keys(build.objects) as ObjectFate[]) build.objects[fate] += selection.fates[fate];
  const { masks } = selection;
  if (masks.length === 0) return 'none';
  if (masks.length < minInstances) return 'few';
  if (masks.length > maxInstances) return 'many';
  if (fit === null && header.colourSpace === 'srgb' && !header.hasAlpha) {
    // Decoded small, which shows whether it is whole.
    await readImage(file, { size: { height: 16, width: 16 } });
    return { picture: file, masks };
  }
  const picture = await readImage(file);
  return { picture: fit === null ? picture : await fitImage(picture, fit), masks };
}

/** @throws UserError if a file cannot be written */
async function write(
  build: DomainBuild,
  candidate: Candidate,
  { picture, masks }: PreparedImage,
  staging: string,
): Promise<void> {
  const { name } = candidate;
  const file = `${name}${typeof picture === 'string' ? path.extname(picture).toLowerCase() : '.png'}`;
  const to = path.join(staging, build.domain, file);
  if (typeof picture === 'string') await copyImage(picture, to);
  else await writeImage(to, picture);
  for (const [n, png] of masks.entries()) {
    await writeAtomically(path.join(staging, `${build.domain}_seg`, `${name}_${n}.png`), png, { makesFolder: true });
  }
  build.staged.push({ candidate, file, masks: masks.length });
}

/** @throws UserError if it cannot be written */
async function copyImage(from: string, to: string): Promise<void> {
  await makeFolder(path.dirname(to));
  try {
    await copyFile(from, to);
  } catch (error) {
    throw new UserError(`Cannot write ${to}: ${(error as Error).message}; check the folder and the free space.`);
  }
}
