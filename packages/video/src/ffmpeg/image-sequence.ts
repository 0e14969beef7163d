import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError, UserError } from '@instagan/core';
import { kindOfFile } from '@instagan/core/data';

/** Pictures with a number in their name, such as `frames/%05d.png`. */
export interface ImageSequence {
  readonly folder: string;
  /** What ffmpeg takes for it: only the number is a pattern, also where a folder has a `%` in its name. */
  readonly pattern: string;
  readonly name: RegExp;
}

/** Whether the name of a file stands for many pictures: it holds a number as in `%05d`. */
export function isSequence(name: string): boolean {
  return /%\d*d/.test(basename(name)) && !/^https?:/i.test(name);
}

/** @param name for which {@link isSequence} holds */
export function parseSequence(name: string): ImageSequence {
  const path = resolve(name);
  const [before = '', after = ''] = basename(path).split(/%\d*d/);
  const digits = Number(/%(\d*)d/.exec(basename(path))?.[1] ?? 0);
  return sequenceOf(dirname(path), basename(path), { before, digits, after });
}

/** Parts of the name of a picture. */
interface NumberedName {
  readonly before: string;
  /** With zeros before it, the number has at least so many. */
  readonly digits: number;
  readonly after: string;
}

function sequenceOf(folder: string, pattern: string, { before, digits, after }: NumberedName): ImageSequence {
  const number = digits > 1 ? `0*\\d{${digits},}` : '0|[1-9]\\d*';
  return {
    folder,
    pattern: join(folder.replaceAll('%', '%%'), pattern),
    name: new RegExp(`^${escaped(before)}(${number})${escaped(after)}$`),
  };
}

const NUMBERED_PICTURE = /^(?!\.)(.*?)(\d+)(\.(?:png|jpe?g|webp|bmp|tiff?))$/i;

/**
 * The sequence that the numbered pictures of a folder make up.
 *
 * @throws UsageError if it holds none, or several
 */
export async function sequenceIn(folder: string): Promise<ImageSequence> {
  const found = new Map<string, NumberedName>();
  for (const name of await readdir(folder)) {
    const [, before = '', number, after = ''] = NUMBERED_PICTURE.exec(name) ?? [];
    if (number === undefined) continue;
    const key = `${before}/${after}`;
    const digits = Math.min(number.length, found.get(key)?.digits ?? number.length);
    found.set(key, { before, digits, after });
  }
  const patterns = [...found.values()].map((name) => ({ name, pattern: patternOf(name) }));
  const [first, second] = patterns;
  if (first === undefined) {
    throw new UsageError(
      `${folder} is a folder without numbered pictures: name a video file, or a folder of pictures such as 00001.png.`,
    );
  }
  if (second !== undefined) {
    const names = [first, second].map(({ pattern }) => join(folder, pattern));
    throw new UsageError(
      `${folder} holds several sequences of pictures: name one of them, such as ${names.join(' or ')}.`,
    );
  }
  return sequenceOf(resolve(folder), first.pattern, first.name);
}

function patternOf({ before, digits, after }: NumberedName): string {
  const number = digits > 1 ? `%0${digits}d` : '%d';
  return `${before.replaceAll('%', '%%')}${number}${after.replaceAll('%', '%%')}`;
}

export interface NumberedFile {
  readonly number: number;
  readonly file: string;
}

/** The pictures that are there, by their number. */
export async function picturesOf({ folder, name }: ImageSequence): Promise<NumberedFile[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((entry) => {
    const [, number] = name.exec(entry) ?? [];
    return number === undefined ? [] : [{ number: Number(number), file: join(folder, entry) }];
  });
  return found.sort((a, b) => a.number - b.number);
}

const USUAL_ENDING = /\.(png|jpe?g|webp|bmp|tiff?|gif|avif)$/i;
/** What pictures with these endings may hold: an ffmpeg with librsvg would render a drawing. */
const USUAL_KINDS = ['PNG', 'JPEG', 'WebP', 'BMP', 'TIFF', 'GIF', 'AVIF', 'HEIC'].map((name) => ` ${name} image`);

/** @throws UserError if there is no picture, one is missing between the first and the last, or one is empty or something else */
export async function requireWholeSequence(named: string, pictures: readonly NumberedFile[]): Promise<void> {
  const [first] = pictures;
  if (first === undefined) throw new UserError(`There are no pictures ${named}: check the path.`);
  const gap = pictures.findIndex(({ number }, i) => number !== first.number + i);
  if (gap > 0) {
    const { number } = pictures[gap - 1] as NumberedFile;
    throw new UserError(
      `${named} has no picture ${number + 1}, but goes on with ${pictures[gap]?.number}: add it, or number the pictures without a gap.`,
    );
  }
  for (const { file } of pictures) {
    const kind = await kindOfFile(file);
    if (kind === 'empty') throw new UserError(`${file} is empty: it holds no picture.`);
    if (kind !== null && USUAL_ENDING.test(file) && !USUAL_KINDS.some((usual) => kind.endsWith(usual))) {
      throw new UserError(`${file} is ${kind}, not the picture that its name says: replace it.`);
    }
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
