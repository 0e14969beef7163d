import {
  DIRECTIONS,
  type LoadedTranslator,
  loadTranslator,
  type Picture,
  pictureTable,
  readRunConfig,
  type TrainingConfig,
  type TranslationDirection,
  translationCheck,
  translationConfigs,
  translationModel,
  UsageError,
  UserError,
} from '@instagan/core';
import { encodeImage, type ImageFile, listInputs, type WrittenFormat } from '@instagan/datasets';
import { type LoadedSegmenter, loadSegmenter } from '@instagan/segmenter';
import { EXIT_CODE } from '../exit-code.ts';
import {
  type CheckpointOptions,
  type ComputeOptions,
  howToTranslate,
  type TranslationOptions,
} from '../options/shared.ts';
import type { ShardValue, SizeValue } from '../options/values.ts';
import { counted, shellQuoted } from '../output/format.ts';
import { runName } from '../output/run-name.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { directionRemark } from './direction-remark.ts';
import { joinImageShards, openImageShard, removeImageShards } from './image-shard.ts';
import { type MaskSource, openMaskSource, sourceWithoutMasks } from './mask-source.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { openOutputFolder } from './output-folder.ts';
import { refuseWithoutInstances } from './refuse-without-instances.ts';
import { runJob } from './run-job.ts';
import type { InstanceOptions } from './segment-pictures.ts';
import type { ImageJob } from './translate-image.ts';
import { sheetLimit, type TranslatedImages, translateImages } from './translate-images.ts';
import { writeOutput } from './written-files.ts';

export interface TranslateCommandOptions
  extends ComputeOptions,
    InstanceOptions,
    TranslationOptions,
    CheckpointOptions {
  /** Only joining goes without. */
  readonly run?: string;
  readonly input: string;
  readonly recursive?: true;
  readonly output: string;
  readonly masks?: string;
  readonly category?: string;
  readonly segmenter?: string;
  readonly saveMasks?: string;
  readonly direction: TranslationDirection;
  readonly instances?: readonly number[];
  readonly maxInstances: number;
  readonly size: SizeValue | 'keep';
  readonly sheet?: string;
  readonly format?: WrittenFormat | 'same';
  readonly quality?: number;
  readonly overwrite?: true;
  readonly shard?: ShardValue;
  readonly join?: true;
  readonly json?: true;
}

/** With the run that translating needs. */
type Translation = TranslateCommandOptions & { readonly run: string };

/**
 * `instagan translate`: translates images and their masks, or one shard of them, or joins shards. An image that cannot be
 * read does not stop the others.
 *
 * @returns the exit code: 1 if any image failed
 * @throws UsageError, UserError
 */
export async function translateAction(options: TranslateCommandOptions): Promise<number> {
  const terminal = openTerminal();
  const say = (text: string) => {
    if (!options.json) terminal.line(text);
  };
  if (options.join) return joinAction(options, say);
  const { run, input, direction, sheet, shard, checkpoint } = options;
  if (run === undefined)
    throw new UsageError(
      'Give --run RUN, the run that holds the model or the name of one that `instagan models` lists; only --join goes without.',
    );
  const config = await readRunConfig(translationConfigs, run);
  const source = await sourceFor(config, { ...options, run }, say, terminal.remark);
  const { inputs } = source;
  const misdirected = directionRemark(input, direction);
  if (misdirected !== null) terminal.remark(`instagan: ${misdirected}`);
  if (source.isListed) requireInstances(inputs, options.instances);
  const recursive = options.recursive === true;
  const plan = { output: options.output, sheet, input, recursive, masksFolder: source.folder };
  const output = await openOutputFolder({
    ...plan,
    saveMasks: options.saveMasks,
    names: inputs.map(({ name }) => name),
    overwrite: options.overwrite === true,
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.quality === undefined ? {} : { quality: options.quality }),
    isSharded: shard !== undefined,
  });
  const backend = await openCompute(options, terminal.remark);
  try {
    const forward = await loadTranslator(run, direction, backend, checkpoint);
    for (const warning of forward.warnings) terminal.remark(`instagan: ${warning}`);
    const segmenter = options.segmenter === undefined ? null : await loadSegmenter(options.segmenter);
    for (const warning of segmenter?.warnings ?? []) terminal.remark(`instagan: ${warning}`);
    const back = DIRECTIONS.find((other) => other !== direction) as typeof direction;
    const job: ImageJob = {
      forward,
      backward: sheet === undefined ? null : await loadTranslator(run, back, backend, checkpoint),
      output,
      sheet,
      source,
      segmenter,
      savedMasks: options.saveMasks ?? null,
      load: options.size === 'keep' ? {} : { size: options.size },
      instances: options.instances,
      maxInstances: options.maxInstances,
      checkFits: translationCheck(forward.model, backend),
      how: howToTranslate(options),
    };
    const part =
      shard === undefined
        ? null
        : await openImageShard(options.output, shard, planOf({ ...options, run }, forward, segmenter), inputs);
    const todo = part?.left ?? inputs;
    await output.removeHalfWritten(todo.map(({ name }) => name));
    say(`${runName(run)} at step ${forward.step}, ${direction}, on ${describeCompute(backend)}`);
    if (part !== null && part.done.length > 0) say(`${counted(part.done.length, 'image')} done before`);
    const { name, device } = backend;
    const { output: folder } = options;
    const items = { item: 'image', step: 0, totalSteps: todo.length } as const;
    const { result, exitCode } = await runJob(
      { job: 'translate', ...items, run, input, output: folder, backend: { name, device } },
      terminal,
      options.json === true,
      (running) => translateImages(job, todo, part, running),
    );
    const { failed, rows } = result;
    const left = todo.length - result.images.length - failed.length;
    const images = [...(part?.done ?? []), ...result.images];
    if (sheet !== undefined && part === null && rows.length > 0) await writeSheet(sheet, rows);
    for (const text of summary({ images, failed, rows: part === null ? rows : [] }, options)) say(text);
    if (left > 0) say(`Stopped: ${counted(left, 'image')} left to translate.`);
    else if (shard !== undefined) say(`When all ${shard.count} are done: ${joinCommand(options)}`);
    if (options.json) {
      const model = { run, step: forward.step, direction, backend: { name, device } };
      printJson({ ...model, images, failed, sheet: sheet ?? null, shard: shard ?? null });
    }
    return exitCode ?? (failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done);
  } finally {
    await backend.close();
  }
}

/** Checks that every image is in a finished shard, counts them, and lays out the sheet. */
async function joinAction(options: TranslateCommandOptions, say: (text: string) => void): Promise<number> {
  const { output, sheet } = options;
  const joined = await joinImageShards(
    output,
    await listInputs(options.input, undefined, { recursive: options.recursive === true }),
    sheetLimit(sheet ?? ''),
  );
  const { images, failed, rows } = joined;
  if (sheet !== undefined) {
    if (rows.length === 0) throw new UsageError(`The shards of ${output} were made without --sheet: leave it out.`);
    await writeSheet(sheet, rows);
  }
  await removeImageShards(output);
  for (const text of summary(joined, options)) say(text);
  if (options.json) printJson({ images, failed, sheet: sheet ?? null });
  return failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done;
}

async function writeSheet(sheet: string, rows: readonly (readonly Picture[])[]): Promise<void> {
  await writeOutput(sheet, await encodeImage(sheet, pictureTable(rows)), { isOnlyWriter: true });
}

function joinCommand({ input, recursive, output, sheet }: TranslateCommandOptions): string {
  const rest = sheet === undefined ? '' : ` --sheet ${shellQuoted(sheet)}`;
  const below = recursive ? ' --recursive' : '';
  return `instagan translate --input ${shellQuoted(input)}${below} --output ${shellQuoted(output)}${rest} --join`;
}

/** All that decides what a shard holds. */
function planOf(
  options: Translation,
  { step }: LoadedTranslator,
  segmenter: LoadedSegmenter | null,
): Record<string, unknown> {
  const {
    run,
    direction,
    input,
    masks,
    instances,
    maxInstances,
    instancesPerChunk,
    size,
    saveMasks,
    sheet,
    minArea,
    minConfidence,
    mirror,
  } = options;
  return {
    input,
    ...(options.recursive ? { recursive: true } : {}),
    model: [run, step, direction],
    masks: [
      masks ?? null,
      options.category ?? null,
      options.segmenter ?? null,
      segmenter?.step ?? null,
      minArea ?? null,
      minConfidence ?? null,
      mirror ?? null,
    ],
    instances: [instances ?? null, maxInstances, ...(instancesPerChunk === undefined ? [] : [instancesPerChunk])],
    regions: [options.region, options.background, options.rim ?? null],
    size,
    'save-masks': saveMasks ?? null,
    sheet: sheet !== undefined,
    format: [options.format ?? null, options.quality ?? null],
  };
}

function sourceFor(
  config: TrainingConfig,
  options: Translation,
  say: (text: string) => void,
  remark: (text: string) => void,
): Promise<MaskSource> {
  const { run, instances, instancesPerChunk, segmenter } = options;
  const model = translationModel(config);
  const { name, masks } = model;
  refuseWithoutInstances(run, model, { '--instances': instances, '--instances-per-chunk': instancesPerChunk });
  if (masks !== 'none') return openMaskSource(options, say, remark);
  if (segmenter !== undefined) {
    throw new UsageError(`${run} is a ${name}, which sees no masks: leave --segmenter out.`);
  }
  return sourceWithoutMasks(options, remark);
}

/** @throws UserError if no image at all has any of the instances asked for */
function requireInstances(inputs: readonly ImageFile[], instances: readonly number[] | undefined): void {
  if (instances === undefined) return;
  const numbers = inputs.flatMap(({ masks }) => masks.map(({ number }) => number));
  if (numbers.some((number) => instances.includes(number))) return;
  const found = numbers.length === 0 ? 'there are no masks' : `the masks have numbers up to ${Math.max(...numbers)}`;
  throw new UserError(`No image has any of the --instances ${instances.join(',')}: ${found}.`);
}

function summary({ images, failed, rows }: TranslatedImages, { output, sheet }: TranslateCommandOptions): string[] {
  const copied = images.filter(({ translated }) => translated?.length === 0).length;
  const lines = [`${counted(images.length - copied, 'image')} translated into ${output}`];
  if (copied > 0) lines.push(`${counted(copied, 'image')} copied unchanged, without an instance to translate`);
  if (failed.length > 0) lines.push(`${counted(failed.length, 'image')} failed`);
  if (sheet !== undefined && rows.length > 0) {
    const part = rows.length < images.length ? ` of the first ${rows.length} images` : '';
    lines.push(`Contact sheet${part}: ${sheet} (input, its masks, output, its masks, translated back)`);
  }
  return lines;
}
