import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CheckpointChoice } from '@instagan/core';
import { defaultText, limitsText, type NumberLimits, type NumbersSetting } from '@instagan/core/settings';
import { shippedModel } from '@instagan/models';
import { InvalidArgumentError } from 'commander';

export interface SizeValue {
  readonly height: number;
  readonly width: number;
}

/** Parses a whole number within limits, such as `12`. @param max without one, any */
export function wholeNumber(min: number, max?: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return value;
    throw new InvalidArgumentError(
      `Give a whole number ${limitsText({ min, ...(max === undefined ? {} : { max }) })}.`,
    );
  };
}

/** Parses a number within limits, such as `0.5` or `2e-4`. */
export function numberWithin(limits: NumberLimits): (text: string) => number {
  const { min = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, max = Number.MAX_VALUE } = limits;
  return (text) => {
    const value = /^[+\d.e-]+$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value > above && value <= max) return value;
    throw new InvalidArgumentError(`Give a number ${limitsText(limits)}.`);
  };
}

/** Parses frames a second: a number or a fraction, such as `25`, `29.97` or `30000/1001`; at most 1000. */
export function frameRate(text: string): number {
  const [, frames, seconds = '1'] = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text) ?? [];
  const rate = Number(frames) / Number(seconds);
  if (rate > 0 && rate <= 1000) return rate;
  throw new InvalidArgumentError('Give frames a second, such as 25 or 30000/1001, 1000 at most.');
}

/** Parses a time from the beginning of a video: seconds, `M:S` or `H:M:S`, such as `12.5` or `1:02:03`. */
export function timeValue(text: string): number {
  const parts = /^(?:\d+:){0,2}\d+(?:\.\d+)?$/.test(text) ? text.split(':').map(Number) : [];
  const isClock = parts.slice(1).every((part) => part < 60);
  if (parts.length > 0 && isClock) return parts.reduce((sum, part) => sum * 60 + part, 0);
  throw new InvalidArgumentError('Give a time such as 12.5, 1:30 or 1:02:03.');
}

/** Parses which checkpoint of a run: `last`, `best`, or that of a step, such as `1500`. */
export function checkpointChoice(text: string): CheckpointChoice {
  if (text === 'last' || text === 'best') return text;
  if (/^\d{1,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give last, best, or the step of a checkpoint, such as 1500.');
}

export interface ShardValue {
  readonly number: number;
  readonly count: number;
}

/** Parses which of several parts, such as `2/4`: from 1 to the number of parts. */
export function shardValue(text: string): ShardValue {
  const [, number = '', count = ''] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  if (Number(number) >= 1 && Number(number) <= Number(count)) return { number: Number(number), count: Number(count) };
  throw new InvalidArgumentError('Give one part of several, such as 1/4 … 4/4.');
}

export interface SizeLimits {
  readonly min: number;
  readonly max: number;
  /** @default 1 */
  readonly multipleOf?: number;
}

/** Parses height x width in pixels, such as `300x200`. */
export function sizeInPx({ min, max, multipleOf = 1 }: SizeLimits): (text: string) => SizeValue {
  return (text) => {
    const [, height = '', width = ''] = /^(\d+)[xX×](\d+)$/.exec(text) ?? [];
    const fits = (side: string) => Number(side) >= min && Number(side) <= max && Number(side) % multipleOf === 0;
    if (height !== '' && fits(height) && fits(width)) return { height: Number(height), width: Number(width) };
    const rule = multipleOf === 1 ? 'sides' : `multiples of ${multipleOf}`;
    throw new InvalidArgumentError(`Give height x width in pixels, such as 128x96: ${rule} from ${min} to ${max}.`);
  };
}

/** Parses a size, or `keep`. */
export function sizeOrKeep(limits: SizeLimits): (text: string) => SizeValue | 'keep' {
  const parseSize = sizeInPx(limits);
  return (text) => (text === 'keep' ? text : parseSize(text));
}

/** Takes a path; refuses an option that slipped into its place. */
export function filePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('Give a path.');
  if (text.startsWith('--'))
    throw new InvalidArgumentError('Give a path; one that begins with -- is written ./--name.');
  return text;
}

/**
 * Takes the folder of a run to read, or the name of a model that `instagan models` lists, such as `meadow`; a run of that
 * name in the working folder goes first.
 *
 * @returns the folder
 */
export function runFolder(text: string): string {
  const folder = filePath(text);
  if (existsSync(path.join(folder, 'config.json'))) return folder;
  return shippedModel(text)?.folder ?? folder;
}

/** Takes the path of a folder to write; refuses what is named like an image. */
export function folderPath(text: string): string {
  if (/\.(png|jpe?g|webp|gif|tiff?|bmp|avif|heic)$/i.test(text)) {
    throw new InvalidArgumentError('Give a folder; this is named like an image.');
  }
  return filePath(text);
}

/** Takes the path of a picture to write. */
export function pictureFile(text: string): string {
  if (/\.(png|jpe?g|webp)$/i.test(text)) return filePath(text);
  throw new InvalidArgumentError('Give a file that ends in .png, .jpg or .webp.');
}

/** Parses numbers and ranges, such as `0,2-4`: ascending, each once. */
export function numberList(text: string): readonly number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^\s*(\d{1,4})(?:-(\d{1,4}))?\s*$/.exec(part) ?? [];
    if (first === '' || Number(last) < Number(first)) {
      throw new InvalidArgumentError('Give numbers and ranges, such as 0,2-4.');
    }
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** Parses one number for all parts of a setting, or one for each separated by commas, such as `2e-4,1e-4`. */
export function commaSeparated(setting: NumbersSetting): (text: string) => Readonly<Record<string, number>> {
  const parts = Object.keys(setting.default);
  const parse = numberWithin(setting);
  return (text) => {
    const given = text.split(',');
    if (given.length === 1 || given.length === parts.length) {
      return Object.fromEntries(parts.map((part, i) => [part, parse(given[i] ?? text)]));
    }
    throw new InvalidArgumentError(`Give one number, or ${parts.length} such as ${defaultText(setting)}.`);
  };
}

/** Parses a whole number for each part of a setting, joined by plus signs, such as `100+50`; not all may be 0. */
export function summed(setting: NumbersSetting): (text: string) => Readonly<Record<string, number>> {
  const parts = Object.keys(setting.default);
  return (text) => {
    const given = text.split('+');
    const isWhole = given.length === parts.length && given.every((part) => /^\d{1,7}$/.test(part));
    if (isWhole && given.some((part) => Number(part) > 0)) {
      return Object.fromEntries(parts.map((part, i) => [part, Number(given[i])]));
    }
    throw new InvalidArgumentError(`Give ${parts.length} whole numbers, such as ${defaultText(setting)}.`);
  };
}
