import { parseArgs } from 'node:util';
import { DIRECTIONS, type TranslationDirection } from '@instagan/core';
import { BACKEND_NAMES, type BackendName } from '@instagan/core/backends';
import { type SizePx, UsageError } from '@instagan/core/data';
import { oneOf, parseSize, wholeNumber } from '../option-values.ts';

/** A trained model under the name it has in the report. */
export interface NamedRun {
  readonly name: string;
  readonly folder: string;
}

export interface MaskQualityOptions {
  /** Dataset with train and test images of both domains, all with masks. */
  readonly data: string;
  readonly runs: readonly NamedRun[];
  /** Folder of masks that a segmenter predicted for the test images; null without. */
  readonly predicted: string | null;
  readonly direction: TranslationDirection;
  readonly size: SizePx;
  /** Test images, the first ones; Infinity for all. */
  readonly images: number;
  /** Strengths of the jitter of test masks, each above 0 and up to 1. */
  readonly strengths: readonly number[];
  /** How often each image's masks are jittered at each strength. */
  readonly draws: number;
  /** Shifts of all outlines alone, in shares of an object's radius: above 0 wider, below 0 narrower. */
  readonly shifts: readonly number[];
  /** Updates of the classifier. */
  readonly classifierSteps: number;
  readonly seed: number;
  readonly backend: BackendName;
  readonly threads: number;
  /** Heading of the chart. */
  readonly title: string;
  /** Path of the results without its ending: `.json` and `.svg` are written. */
  readonly output: string;
}

export const USAGE = `npm run bench:masks -- --data DIR --run NAME=RUN [--run NAME=RUN ...] --output PATH [options]

How good translations are whose masks are not: with true masks, with masks jittered more and more, and with predicted ones.
Writes PATH.json and PATH.svg.

  --data DIR            dataset; a classifier learns from its train folders, its test folder is translated
  --run NAME=RUN        a run of instagan train and its name in the report; several are compared
  --predicted DIR       masks of a segmenter for the test images (segmenter predict --output DIR)
  --direction NAME      AtoB or BtoA (AtoB)
  --size HxW            size at which all is done, multiples of 4 (64x64)
  --images N            the first N test images only
  --strengths LIST      strengths of the jitter of masks (0.25,0.5,0.75,1)
  --draws N             how often each image's masks are jittered at each strength (2)
  --shifts=LIST         also: all outlines wider (above 0) or narrower, in shares of an object's radius, such as -0.3,0.3
  --classifier-steps N  updates of the classifier (400)
  --seed N              decides how masks are jittered, and the classifier (0)
  --backend NAME        (wasm)
  --threads N           (1)
  --title TEXT          heading of the chart
  --output PATH         where the results go, without ending`;

/**
 * Reads the command line of the benchmark of masks.
 *
 * @throws UsageError with one sentence for what is wrong
 */
export function parseMaskQualityOptions(args: readonly string[]): MaskQualityOptions {
  const values = readFlags(args);
  const given = (name: 'data' | 'output', text: string | undefined) => {
    if (text !== undefined) return text;
    throw new UsageError(`--${name} is missing: see --help.`);
  };
  const runs = (values.run ?? []).map(parseRun);
  if (runs.length === 0) throw new UsageError('--run is missing: give at least one as NAME=RUN.');
  const twice = runs.find(({ name }, i) => runs.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new UsageError(`--run ${twice.name} is there twice: give each run a name of its own.`);
  return {
    data: given('data', values.data),
    runs,
    predicted: values.predicted ?? null,
    direction: oneOf('--direction', values.direction ?? 'AtoB', DIRECTIONS),
    size: parseSize(values.size ?? '64x64'),
    images: values.images === undefined ? Infinity : wholeNumber('images', values.images, 1),
    strengths: (values.strengths ?? '0.25,0.5,0.75,1').split(',').map(parseStrength),
    draws: wholeNumber('draws', values.draws ?? '2', 1),
    shifts: values.shifts === undefined ? [] : values.shifts.split(',').map(parseShift),
    classifierSteps: wholeNumber('classifier-steps', values['classifier-steps'] ?? '400', 1),
    seed: wholeNumber('seed', values.seed ?? '0', 0),
    backend: oneOf('--backend', values.backend ?? 'wasm', BACKEND_NAMES),
    threads: wholeNumber('threads', values.threads ?? '1', 1),
    title: values.title ?? '',
    output: given('output', values.output),
  };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    data: text,
    run: { type: 'string', multiple: true },
    predicted: text,
    direction: text,
    size: text,
    images: text,
    strengths: text,
    draws: text,
    shifts: text,
    'classifier-steps': text,
    seed: text,
    backend: text,
    threads: text,
    title: text,
    output: text,
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}

function parseRun(text: string): NamedRun {
  const [, name, folder] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name !== undefined && folder !== undefined) return { name, folder };
  throw new UsageError(`--run ${text} is no NAME=RUN.`);
}

function parseShift(text: string): number {
  const shift = Number(text);
  if (text !== '' && shift !== 0 && Math.abs(shift) < 1) return shift;
  throw new UsageError(`--shifts takes numbers between -1 and 1 other than 0, separated by commas, not "${text}".`);
}

function parseStrength(text: string): number {
  const strength = Number(text);
  if (text !== '' && strength > 0 && strength <= 1) return strength;
  throw new UsageError(`--strengths takes numbers above 0 and up to 1, separated by commas, not "${text}".`);
}
