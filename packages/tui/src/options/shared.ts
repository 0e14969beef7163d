import type { Background, CheckpointChoice, RegionKind } from '@instagan/core';
import { SPLIT_SETTINGS } from '@instagan/segmenter/settings';
import { Option } from 'commander';
import { BACKENDS, BACKGROUNDS, namesOf, REGIONS } from './names.ts';
import { settingOptions } from './setting-options.ts';
import { checkpointChoice, wholeNumber } from './values.ts';

/** What every command that computes takes. */
export interface ComputeOptions {
  readonly backend: keyof typeof BACKENDS;
  readonly threads?: number;
  readonly adapter?: string;
  readonly precision: 'full' | 'mixed';
  readonly tuning: boolean;
  /** Only of `train`, whose steps are recorded and replayed. */
  readonly replay?: boolean;
}

export function computeOptions(): Option[] {
  return [
    new Option('--backend <name>', 'what computes; "instagan backends" shows which work here')
      .choices(namesOf(BACKENDS))
      .default('auto'),
    new Option('--threads <N>', 'threads of the wasm and node backends (default: all cores)').argParser(
      wholeNumber(1, 1024),
    ),
    new Option('--adapter <name>', 'GPU of the webgpu backend, by number or part of its name'),
    new Option(
      '--precision <kind>',
      'mixed: the webgpu backend multiplies in half precision, on tensor cores where there are any; weights and sums stay float32',
    )
      .choices(['full', 'mixed'])
      .default('full'),
    new Option('--no-tuning', 'do not measure, once per GPU and driver, which webgpu kernels are fastest'),
  ];
}

/** What every command that trains takes: which run, and who watches. */
export interface ScreenOptions {
  readonly run: string;
  readonly ui: 'auto' | 'tui' | 'plain' | 'json';
  readonly detach?: true;
}

export function screenOptions(): Option[] {
  return [
    new Option(
      '--ui <kind>',
      'tui: dashboard; plain: lines of text; json: every event as one JSON line; auto: tui on a terminal',
    )
      .choices(['auto', 'tui', 'plain', 'json'])
      .default('auto'),
    new Option('--detach', 'train in the background and return; "instagan monitor" attaches to it'),
  ];
}

/** How objects are found, for every command that predicts masks. */
export function instanceOptions(): Option[] {
  return [
    ...settingOptions(SPLIT_SETTINGS).options(),
    new Option('--mirror', 'also predict each mirror image and average: slightly more accurate, for twice the time'),
  ];
}

/** Which checkpoint, for every command that reads a run. */
export interface CheckpointOptions {
  readonly checkpoint: CheckpointChoice;
}

export function checkpointOption(): Option {
  return new Option('--checkpoint <which>', 'last, best (by its scores during training), or a step')
    .argParser(checkpointChoice)
    .default('last');
}

/** Instances of an image that change at most, unless `--max-instances` says otherwise. */
export const MAX_INSTANCES = 20;

/** How images are translated: what of them goes through the model, and what stays; for every command that translates. */
export interface TranslationOptions {
  readonly instancesPerChunk?: number;
  readonly region: RegionKind;
  readonly background: Background;
  readonly rim?: number;
}

export function translationOptions(): Option[] {
  return [
    new Option(
      '--instances-per-chunk <N>',
      'instances translated at once (default: as the model was trained)',
    ).argParser(wholeNumber(1, 1000)),
    new Option('--region <kind>', 'what goes through the model, see below').choices(namesOf(REGIONS)).default('auto'),
    new Option('--background <kind>', 'what becomes of the background, see below')
      .choices(namesOf(BACKGROUNDS))
      .default('keep'),
    new Option(
      '--rim <PX>',
      'pixels around the masks over which the result fades into the background (default: 2 pixels of the size that the model sees)',
    ).argParser(wholeNumber(0, 1000)),
  ];
}

/** The options as `translateSample` takes them. */
export function howToTranslate({ region, background, rim, instancesPerChunk }: TranslationOptions) {
  return {
    region,
    background,
    ...(rim === undefined ? {} : { rimPx: rim }),
    ...(instancesPerChunk === undefined ? {} : { instancesPerChunk }),
  };
}

export function overwriteOption(): Option {
  return new Option('--overwrite', 'replace files that this command did not write, or that were changed since');
}

export function recursiveOption(): Option {
  return new Option('--recursive', 'also the images of folders below --input, into folders of the same names');
}

export function maxPixelsOption(): Option {
  return new Option('--max-pixels <N>', 'pixels of the largest image that is read (default: 100 million)').argParser(
    wholeNumber(1),
  );
}

export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}
