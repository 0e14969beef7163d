import { createHash } from 'node:crypto';
import type { SizePx } from '@instagan/core/data';
import { hasSameAspect, type ImageHeader, readHeader } from '../images/image-file.ts';
import { readImage } from '../images/read-image.ts';
import { type DecodedMask, decodeMask, FaintMaskError, NotAMaskError } from '../images/read-mask.ts';
import type { DatasetFault, FaultCode } from './dataset-fault.ts';
import type { ImageFile } from './dataset-folder.ts';
import { type MaskShape, OVERLAP_LIMIT, overlap, shapeOf } from './mask-overlap.ts';
import { fileFromRoot } from './name-faults.ts';

export interface InspectOptions {
  /**
   * `headers`: what must be known before training starts, in about half a millisecond a file. Masks that are not plain
   * grey are decoded all the same, as only their pixels tell whether they hold colours.
   * `pixels`: every file is decoded.
   */
  readonly depth: 'headers' | 'pixels';
  readonly needMasks: boolean;
}

export interface InspectedImage {
  readonly faults: readonly DatasetFault[];
  /** After EXIF orientation; null if the file is unreadable. */
  readonly size: SizePx | null;
  /** Its only mask is all background: there is no object in it. Known after looking at pixels only. */
  readonly isEmpty: boolean;
  /** Whether a mask has an object, or may have one. */
  readonly hasObject: boolean;
}

/** Shorter sides than this are hardly worth training on. */
export const TINY_PX = 32;

/** Opens one image and its masks and lists what is wrong with them. Never throws for a bad file. */
export async function inspectImage(root: string, image: ImageFile, options: InspectOptions): Promise<InspectedImage> {
  const faults: DatasetFault[] = [];
  const add: AddFault = (severity, code, path, message) =>
    faults.push({ severity, code, file: fileFromRoot(root, path), message });
  const size = await inspectPicture(image.file, options, add);
  const shapes: MaskShape[] = [];
  const masks = options.needMasks ? image.masks : [];
  let isEmpty = false;
  let hasObject = false;
  for (const { file } of masks) {
    const shape = await inspectMask(file, image.file, size, options, add);
    if (shape === 'nothing') {
      if (masks.length === 1) isEmpty = true;
      else addEmptyMask(file, add);
    } else {
      hasObject = true;
      if (shape !== null) shapes.push(shape);
    }
  }
  addOverlaps(shapes, add);
  return { faults, size, isEmpty, hasObject };
}

type AddFault = (severity: DatasetFault['severity'], code: FaultCode, path: string, message: string) => void;

async function inspectPicture(file: string, { depth }: InspectOptions, add: AddFault): Promise<SizePx | null> {
  let header: ImageHeader;
  try {
    header = await readHeader(file);
    // Small output: the decoder still reads every row, but never holds the whole picture.
    if (depth === 'pixels') await readImage(file, { size: { height: 16, width: 16 } });
  } catch (error) {
    add('error', 'unreadable', file, (error as Error).message);
    return null;
  }
  if (depth === 'pixels') addPictureWarnings(file, header, add);
  return { height: header.height, width: header.width };
}

function addPictureWarnings(file: string, header: ImageHeader, add: AddFault): void {
  const { width, height, colourSpace, hasAlpha } = header;
  if (Math.min(width, height) < TINY_PX) {
    const text = `${file} is only ${width}x${height} (width x height): replace it by a larger version or remove it.`;
    add('warning', 'image-tiny', file, text);
  }
  const kind = hasAlpha ? 'partly transparent (white is put behind it)' : kinds[colourSpace];
  if (kind !== undefined) {
    add(
      'warning',
      'image-converted',
      file,
      `${file} is ${kind} and is read as 8-bit RGB: convert it if that looks wrong.`,
    );
  }
}

const kinds: Readonly<Record<string, string>> = {
  'b-w': 'greyscale',
  grey16: '16-bit greyscale',
  rgb16: '16-bit',
  cmyk: 'in CMYK',
};

async function inspectMask(
  file: string,
  imageFile: string,
  imageSize: SizePx | null,
  { depth }: InspectOptions,
  add: AddFault,
): Promise<MaskShape | 'nothing' | null> {
  let size: SizePx;
  let decoded: DecodedMask | null = null;
  try {
    const header = await readHeader(file);
    size = header;
    if (depth === 'pixels' || header.channels !== 1) decoded = await decodeMask(file);
  } catch (error) {
    const code =
      error instanceof NotAMaskError ? 'mask-colour' : error instanceof FaintMaskError ? 'mask-faint' : 'unreadable';
    add('error', code, file, (error as Error).message);
    return null;
  }
  if (imageSize !== null) addSizeFault(file, size, imageFile, imageSize, add);
  if (decoded === null || depth === 'headers') return null;
  const { objectPx, betweenPx, data } = decoded;
  if (betweenPx > 0) {
    const text = `${file} has ${betweenPx} pixels that are neither 0 nor 255; they are cut at 127: save it as PNG in pure black and white.`;
    add('warning', 'mask-grey', file, text);
  }
  if (objectPx === 0) return 'nothing';
  if (objectPx === data.length) {
    add('warning', 'mask-full', file, `${file} is all object, without any background: draw the outline or remove it.`);
  }
  const digest = createHash('sha1').update(`${size.width}/`).update(data).digest('hex');
  return { file, digest, ...shapeOf(decoded) };
}

function addEmptyMask(file: string, add: AddFault): void {
  const text = `${file} is all background, an instance that is not there: remove it or draw it.`;
  add('warning', 'mask-empty', file, text);
}

function addSizeFault(file: string, mask: SizePx, imageFile: string, image: SizePx, add: AddFault): void {
  if (mask.width === image.width && mask.height === image.height) return;
  const sizes = `${file} is ${mask.width}x${mask.height}, its image ${imageFile} is ${image.width}x${image.height} (width x height)`;
  if (hasSameAspect(mask, image)) {
    add('warning', 'mask-size', file, `${sizes}: it is scaled to fit; save both at one size for clean borders.`);
  } else {
    const hint = mask.width === image.height && mask.height === image.width ? ' (is one of them turned?)' : '';
    add('error', 'mask-aspect', file, `${sizes}, another shape${hint}: draw the mask on this very image.`);
  }
}

function addOverlaps(shapes: readonly MaskShape[], add: AddFault): void {
  for (const [i, one] of shapes.entries()) {
    for (const other of shapes.slice(0, i)) {
      if (one.digest === other.digest) {
        const text = `${one.file} is the same as ${other.file}: one object counts twice; remove one of them.`;
        add('warning', 'mask-identical', one.file, text);
        break;
      }
      const shared = overlap(one, other);
      if (shared <= OVERLAP_LIMIT) continue;
      const text = `${one.file} covers almost the same as ${other.file} (intersection over union ${shared.toFixed(2)}): if it is one object, remove one of them.`;
      add('warning', 'mask-overlap', one.file, text);
    }
  }
}
