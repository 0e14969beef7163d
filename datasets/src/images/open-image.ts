import { existsSync, statSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { kindOfBytes, kindOfFile, UserError } from '@instagan/core/data';
import sharp, { type CreateRaw, type Sharp, type SharpOptions } from 'sharp';

/**
 * The only place that calls sharp. libvips takes the loader that fits what a file holds, whatever its name, and some loaders read other
 * files or fill the memory (SVG, PDF): all are blocked but those of the formats that we read. The block holds for the whole process,
 * in all its threads.
 */

/** The formats that are read, as messages name them. */
export const READ_FORMATS = 'PNG, JPEG, WebP, TIFF, GIF or AVIF';

const READ_KINDS = ['a PNG image', 'a JPEG image', 'a WebP image', 'a TIFF image', 'a GIF image', 'an AVIF image'];

/** As libvips calls them; `Nsgif` reads GIF, `Heif` reads AVIF. */
const LOADERS = ['Png', 'Jpeg', 'Webp', 'Tiff', 'Nsgif', 'Heif'].flatMap((name) => [
  `VipsForeignLoad${name}File`,
  `VipsForeignLoad${name}Buffer`,
]);

/** Our own drawings are rendered from memory. Nothing else that is in memory is opened unless it is a PNG. */
const DRAWING_LOADER = 'VipsForeignLoadSvgBuffer';

/** Handed down to worker threads: blocking anew there would disturb what other threads are reading. */
const BLOCKED = 'instagan: loaders of libvips are blocked';

/** Blocks all other loaders; done before the first image is opened, and before threads are started that open some. */
export function blockOtherLoaders(): void {
  if (getEnvironmentData(BLOCKED) === true) return;
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...LOADERS, DRAWING_LOADER] });
  setEnvironmentData(BLOCKED, true);
}

function withFewLoaders(): typeof sharp {
  blockOtherLoaders();
  return sharp;
}

/**
 * An image file, to be read. Its promises reject for what is none of the formats; {@link unreadable} says what it is.
 *
 * @throws UserError for a folder, or a named pipe: whoever opens one waits for a writer, and cannot even be stopped meanwhile
 */
export function openImage(file: string, options: SharpOptions = {}): Sharp {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    throw new UserError(`Cannot read ${file}: it is no file; replace it by one or remove it.`);
  }
  return withFewLoaders()(file, options);
}

/** A PNG in memory. @throws RangeError if it is none */
export function openPng(bytes: Uint8Array, options: SharpOptions = {}): Sharp {
  if (kindOfBytes(bytes) !== 'a PNG image') throw new RangeError('it is no PNG image');
  return withFewLoaders()(bytes, options);
}

/** Pixels, row by row. */
export function openPixels(data: Uint8Array | Uint16Array, raw: CreateRaw): Sharp {
  return withFewLoaders()(data, { raw });
}

/** A drawing of our own, never one of others. @param svg the whole document */
export function openDrawing(svg: string): Sharp {
  return withFewLoaders()(Buffer.from(svg));
}

/** Lets a worker thread decode by itself: libvips would start a pool of its own in every worker, and keep what it decodes. */
export function decodeOnOneThread(): void {
  withFewLoaders().concurrency(1);
  sharp.cache(false);
}

/** The error for a file that its decoder refuses: names the file, says why, what it is, and what to do. */
export async function unreadable(file: string, error: unknown): Promise<UserError> {
  if (error instanceof UserError) return error;
  // Node reads what is no UTF-8 in a name as U+FFFD, and finds no file of that name.
  if (file.includes('\ufffd') && !existsSync(file)) {
    return new UserError(`Cannot read ${file}: its name is not in UTF-8; rename it.`);
  }
  return new UserError(`Cannot read ${file}: ${await reason(file, error)}; replace the file or remove it.`);
}

async function reason(file: string, error: unknown): Promise<string> {
  const message = error instanceof Error ? error.message : String(error);
  if (/missing|ENOENT/.test(message)) return 'there is no such file';
  const kind = await kindOfFile(file).catch(() => null);
  if (kind === 'empty') return 'it is empty';
  if (kind !== null && !READ_KINDS.includes(kind)) return `it is ${kind}, not a ${READ_FORMATS} image`;
  if (/unsupported image format/.test(message) && kind === null) return `it is not a ${READ_FORMATS} image`;
  if (/premature end|read error|corrupt|truncated|unable to parse|unsupported image|VipsForeign|chunk/i.test(message)) {
    return 'it is damaged or cut short';
  }
  return (message.split('\n')[0] as string).replace(/[.:\s]+$/, '');
}
