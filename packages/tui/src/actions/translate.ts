import {
  type ContactSheetRow,
  contactSheet,
  DIRECTIONS,
  loadTranslator,
  readRunConfig,
  type TrainingConfig,
  type TranslationDirection,
  translationConfigs,
  UsageError,
  UserError,
} from '@instagan/core';
import { type ImageFile, writeImage } from '@instagan/datasets';
import { loadSegmenter } from '@instagan/segmenter';
import { EXIT_CODE } from '../exit-code.ts';
import type { ComputeOptions } from '../options/shared.ts';
import type { SizeValue } from '../options/values.ts';
import { counted, formatSeconds } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { type MaskSource, openMaskSource, sourceWithoutMasks } from './mask-source.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { openOutputFolder } from './output-folder.ts';
import { type RunningJob, runJob } from './run-job.ts';
import type { InstanceOptions } from './segment-pictures.ts';
import { type ImageJob, type TranslatedImage, translateImage } from './translate-image.ts';

export interface TranslateCommandOptions extends ComputeOptions, InstanceOptions {
  readonly run: string;
  readonly input: string;
  readonly output: string;
  readonly masks?: string;
  readonly segmenter?: string;
  readonly saveMasks?: string;
  readonly direction: TranslationDirection;
  readonly instances?: readonly number[];
  readonly maxInstances: number;
  readonly size: SizeValue | 'keep';
  readonly sheet?: string;
  readonly json?: true;
}

interface FailedImage {
  readonly name: string;
  readonly input: string;
  readonly error: string;
}

/** A contact sheet ends before it is larger than this. */
const MAX_SHEET_PX = 40e6;
const SHEET_COLUMNS = 5;

/**
 * `instagan translate`: translates images and their masks. An image that cannot be read does not stop the others.
 *
 * @returns the exit code: 1 if any image failed
 * @throws UsageError, UserError
 */
export async function translateAction(options: TranslateCommandOptions): Promise<number> {
  const { run, input, direction, sheet } = options;
  const terminal = openTerminal();
  const say = (text: string) => {
    if (!options.json) terminal.line(text);
  };
  const config = await readRunConfig(translationConfigs, run);
  const source = await sourceFor(config, options, say);
  const { inputs } = source;
  if (source.isListed) requireInstances(inputs, options.instances);
  const plan = { output: options.output, sheet, input, masksFolder: source.folder };
  const output = await openOutputFolder({ ...plan, saveMasks: options.saveMasks });
  const backend = await openCompute(options, terminal.remark);
  try {
    const forward = await loadTranslator(run, direction);
    for (const warning of forward.warnings) terminal.remark(`instagan: ${warning}`);
    const segmenter = options.segmenter === undefined ? null : await loadSegmenter(options.segmenter);
    for (const warning of segmenter?.warnings ?? []) terminal.remark(`instagan: ${warning}`);
    const back = DIRECTIONS.find((other) => other !== direction) as typeof direction;
    const job: ImageJob = {
      forward,
      backward: sheet === undefined ? null : await loadTranslator(run, back),
      output,
      source,
      segmenter,
      savedMasks: options.saveMasks ?? null,
      load: options.size === 'keep' ? {} : { size: options.size },
      instances: options.instances,
      maxInstances: options.maxInstances,
    };
    say(`${run} at step ${forward.step}, ${direction}, on ${describeCompute(backend)}`);
    const { name, device } = backend;
    const { output: folder } = options;
    const items = { item: 'image', step: 0, totalSteps: inputs.length } as const;
    const { result, exitCode } = await runJob(
      { job: 'translate', ...items, run, input, output: folder, backend: { name, device } },
      terminal,
      options.json === true,
      (running) => translateAll(job, inputs, running),
    );
    const { images, failed, rows } = result;
    if (sheet !== undefined && rows.length > 0) await writeImage(sheet, contactSheet(rows));
    const left = inputs.length - images.length - failed.length;
    for (const text of summary(images, failed, rows.length, options)) say(text);
    if (left > 0) say(`Stopped: ${counted(left, 'image')} left to translate.`);
    if (options.json) {
      printJson({
        run,
        step: forward.step,
        direction,
        backend: { name, device },
        images,
        failed,
        sheet: sheet ?? null,
      });
    }
    return exitCode ?? (failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done);
  } finally {
    await backend.close();
  }
}

function sourceFor(
  { model }: TrainingConfig,
  options: TranslateCommandOptions,
  say: (text: string) => void,
): Promise<MaskSource> {
  const { run, input, instances, segmenter } = options;
  if (instances !== undefined && model !== 'instagan') {
    throw new UsageError(`${run} is a ${model}, which knows no single instances: leave --instances out.`);
  }
  if (model !== 'cyclegan') return openMaskSource(options, say);
  if (segmenter !== undefined) {
    throw new UsageError(`${run} is a cyclegan, which sees no masks: leave --segmenter out.`);
  }
  return sourceWithoutMasks(input);
}

/** @throws UserError if no image at all has any of the instances asked for */
function requireInstances(inputs: readonly ImageFile[], instances: readonly number[] | undefined): void {
  if (instances === undefined) return;
  const numbers = inputs.flatMap(({ masks }) => masks.map(({ number }) => number));
  if (numbers.some((number) => instances.includes(number))) return;
  const found = numbers.length === 0 ? 'there are no masks' : `the masks have numbers up to ${Math.max(...numbers)}`;
  throw new UserError(`No image has any of the --instances ${instances.join(',')}: ${found}.`);
}

interface TranslatedImages {
  readonly images: readonly TranslatedImage[];
  readonly failed: readonly FailedImage[];
  readonly rows: readonly ContactSheetRow[];
}

async function translateAll(
  job: ImageJob,
  inputs: readonly ImageFile[],
  running: RunningJob,
): Promise<TranslatedImages> {
  const images: TranslatedImage[] = [];
  const failed: FailedImage[] = [];
  const rows: ContactSheetRow[] = [];
  let sheetPx = 0;
  for (const [index, input] of inputs.entries()) {
    // Computation is synchronous on some backends: signals are heard between two images.
    await new Promise((resume) => setImmediate(resume));
    if (running.signal.aborted) break;
    const place = `[${index + 1}/${inputs.length}]`;
    try {
      const { image, row } = await translateImage(job, input);
      images.push(image);
      running.advance(image.translated?.length ?? 0, image.output);
      if (image.warning !== undefined) running.remark(`instagan: ${image.warning}`);
      const instances = image.translated === null ? '' : `  ${counted(image.translated.length, 'instance')}`;
      running.say(`${place} ${image.output}${instances}  ${formatSeconds(image.seconds)}`);
      if (row === null) continue;
      sheetPx += SHEET_COLUMNS * row.input.width * row.input.height;
      if (rows.length === 0 || sheetPx <= MAX_SHEET_PX) rows.push(row);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.push({ name: input.name, input: input.file, error: error.message });
      running.fail();
      running.remark(`instagan: ${error.message}`);
    }
  }
  return { images, failed, rows };
}

function summary(
  images: readonly TranslatedImage[],
  failed: readonly FailedImage[],
  rowsOnSheet: number,
  { output, sheet }: TranslateCommandOptions,
): string[] {
  const copied = images.filter(({ translated }) => translated?.length === 0).length;
  const lines = [`${counted(images.length - copied, 'image')} translated into ${output}`];
  if (copied > 0) lines.push(`${counted(copied, 'image')} copied unchanged, without an instance to translate`);
  if (failed.length > 0) lines.push(`${counted(failed.length, 'image')} failed`);
  if (sheet !== undefined && rowsOnSheet > 0) {
    const part = rowsOnSheet < images.length ? ` of the first ${rowsOnSheet} images` : '';
    lines.push(`Contact sheet${part}: ${sheet} (input, its masks, output, its masks, translated back)`);
  }
  return lines;
}
