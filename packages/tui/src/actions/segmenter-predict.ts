import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { drawOverlay, type Picture, UsageError, UserError } from '@instagan/core';
import { encodeImage, type ImageFile, listInputs, readHeader, readImage, requirePixels } from '@instagan/datasets';
import { loadSegmenter, type Segmenter, type SplitMask } from '@instagan/segmenter';
import { EXIT_CODE } from '../exit-code.ts';
import type { CheckpointOptions, ComputeOptions } from '../options/shared.ts';
import { counted, formatSeconds, shellQuoted } from '../output/format.ts';
import { leftOutRemarks } from '../output/left-out.ts';
import { runName } from '../output/run-name.ts';
import { openTerminal, printJson } from '../output/terminal.ts';
import { describeCompute, openCompute } from './open-compute.ts';
import { isBelow } from './output-folder.ts';
import { type RunningJob, runJob } from './run-job.ts';
import { type InstanceOptions, segmentPictures, wholeMasksOf } from './segment-pictures.ts';
import {
  isMaskOf,
  type PlannedFiles,
  refuseForeign,
  removeHalfWritten,
  writeMasks,
  writeOutput,
} from './written-files.ts';

export interface SegmenterPredictCommandOptions extends ComputeOptions, InstanceOptions, CheckpointOptions {
  readonly run: string;
  readonly input: string;
  readonly recursive?: true;
  readonly output: string;
  readonly overlay?: string;
  readonly batch: number;
  readonly overwrite?: true;
  readonly maxPixels?: number;
  readonly json?: true;
}

interface PredictedImage {
  readonly name: string;
  readonly input: string;
  readonly masks: readonly string[];
  readonly confidences: readonly number[];
  readonly overlay: string | null;
}

/**
 * `instagan segmenter predict`: writes a mask for each object found. An image that cannot be read does not stop the others.
 *
 * @returns the exit code: 1 if any image failed
 * @throws UsageError, UserError
 */
export async function segmenterPredictAction(options: SegmenterPredictCommandOptions): Promise<number> {
  const { run, input } = options;
  const terminal = openTerminal();
  const say = (text: string) => {
    if (!options.json) terminal.line(text);
  };
  const inputs = await listInputs(input, undefined, {
    recursive: options.recursive === true,
    onLeftOut: (leftOut) => {
      for (const text of leftOutRemarks(leftOut, input, null)) terminal.remark(`instagan: ${text}`);
    },
  });
  await refuseToMix(options, inputs);
  const plans = plannedFiles(options, inputs);
  if (!options.overwrite) await refuseForeign(plans);
  const backend = await openCompute(options, terminal.remark);
  try {
    const segmenter = await loadSegmenter(run, options.checkpoint);
    for (const warning of segmenter.warnings) terminal.remark(`instagan: ${warning}`);
    say(`${runName(run)} at step ${segmenter.step} on ${describeCompute(backend)}`);
    await removeHalfWritten(plans);
    const beganMs = performance.now();
    const { name, device } = backend;
    const items = { item: 'image', step: 0, totalSteps: inputs.length } as const;
    const { result, exitCode } = await runJob(
      { job: 'segmenter predict', ...items, run, input, output: options.output, backend: { name, device } },
      terminal,
      options.json === true,
      (running) => predictAll(options, segmenter, inputs, running),
    );
    const { images, failed } = result;
    const seconds = (performance.now() - beganMs) / 1000;
    const left = inputs.length - images.length - failed.length;
    if (left > 0) say(`Stopped: ${counted(left, 'image')} left.`);
    for (const line of summaryOf(options, images, failed.length, seconds)) say(line);
    if (options.json) {
      printJson({ run, step: segmenter.step, backend: { name, device }, seconds, images, failed });
    }
    return exitCode ?? (failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done);
  } finally {
    await backend.close();
  }
}

interface PredictedImages {
  readonly images: readonly PredictedImage[];
  readonly failed: readonly { readonly name: string; readonly input: string; readonly error: string }[];
}

async function predictAll(
  options: SegmenterPredictCommandOptions,
  segmenter: Segmenter,
  inputs: readonly ImageFile[],
  running: RunningJob,
): Promise<PredictedImages> {
  const images: PredictedImage[] = [];
  const failed: { name: string; input: string; error: string }[] = [];
  for (let first = 0; first < inputs.length; first += options.batch) {
    // Computation is synchronous on some backends: signals are heard between two batches.
    await new Promise((resume) => setImmediate(resume));
    if (running.signal.aborted) break;
    const read = await readAll(inputs.slice(first, first + options.batch), options.maxPixels, (file, error) => {
      failed.push({ name: file.name, input: file.file, error });
      running.fail(error, file.file);
    });
    images.push(...(await predictPart(options, segmenter, read, running)));
  }
  return { images, failed };
}

async function predictPart(
  options: SegmenterPredictCommandOptions,
  segmenter: Segmenter,
  images: readonly { readonly file: ImageFile; readonly picture: Picture }[],
  running: RunningJob,
): Promise<PredictedImage[]> {
  const splits = await segmentPictures(
    segmenter,
    images.map(({ picture }) => picture),
    options,
  );
  const written: PredictedImage[] = [];
  for (const [i, { file, picture }] of images.entries()) {
    const split = splits[i] as SplitMask;
    const { width, height } = split;
    const found = { width, height, masks: wholeMasksOf(split) };
    const masks = await writeMasks(options.output, file.name, found);
    if (masks.length === 0) running.remark(`instagan: no object was found in ${file.file}.`);
    const overlay = options.overlay === undefined ? null : join(options.overlay, `${file.name}.png`);
    if (overlay !== null) {
      await writeOutput(overlay, await encodeImage(overlay, drawOverlay(picture, found.masks)));
    }
    running.advance(masks.length, overlay ?? masks[0]);
    const confidences = split.instances.map(({ confidence }) => Number(confidence.toFixed(3)));
    written.push({ name: file.name, input: file.file, masks, confidences, overlay });
  }
  return written;
}

async function readAll(
  files: readonly ImageFile[],
  maxPixels: number | undefined,
  onError: (file: ImageFile, message: string) => void,
): Promise<{ file: ImageFile; picture: Picture }[]> {
  const read: { file: ImageFile; picture: Picture }[] = [];
  for (const file of files) {
    try {
      requirePixels(file.file, await readHeader(file.file), maxPixels);
      read.push({ file, picture: await readImage(file.file) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onError(file, error.message);
    }
  }
  return read;
}

/** @throws UsageError if outputs would lie among what is read, or among each other */
async function refuseToMix(
  { input, recursive, output, overlay }: SegmenterPredictCommandOptions,
  inputs: readonly ImageFile[],
): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path));
  const read = recursive ? await real(input) : await real(dirname(resolve(inputs[0]?.file ?? '.')));
  for (const [option, folder] of [
    ['--output', output],
    ['--overlay', overlay],
  ] as const) {
    if (folder === undefined) continue;
    if ((await real(folder)) === read || (recursive && isBelow(await real(folder), read))) {
      throw new UsageError(
        `${option} would write among the images that are read, in ${folder}: choose another folder.`,
      );
    }
  }
  if (overlay !== undefined && (await real(overlay)) === (await real(output))) {
    throw new UsageError('--overlay would mix with the masks of --output: choose another folder.');
  }
}

/** All files that may be written or replaced. */
function plannedFiles(
  { output, overlay }: SegmenterPredictCommandOptions,
  inputs: readonly ImageFile[],
): PlannedFiles[] {
  const names = new Set(inputs.map(({ name }) => name));
  const isPicture = (file: string) => file.endsWith('.png') && names.has(file.slice(0, -'.png'.length));
  return [
    { folder: output, option: '--output', names: [...names], isTaken: isMaskOf(names) },
    ...(overlay === undefined ? [] : [{ folder: overlay, option: '--overlay', names: [...names], isTaken: isPicture }]),
  ];
}

function summaryOf(
  { input, recursive, output, overlay }: SegmenterPredictCommandOptions,
  images: readonly PredictedImage[],
  failed: number,
  seconds: number,
): string[] {
  const masks = images.reduce((sum, image) => sum + image.masks.length, 0);
  const empty = images.filter((image) => image.masks.length === 0).length;
  const lines = [
    `${counted(masks, 'mask')} of ${counted(images.length, 'image')} in ${output} (${formatSeconds(seconds / Math.max(1, images.length))} an image)`,
  ];
  if (empty > 0) lines.push(`${counted(empty, 'image')} without an object`);
  if (failed > 0) lines.push(`${counted(failed, 'image')} failed`);
  if (overlay !== undefined) lines.push(`Pictures to look at: ${overlay}`);
  lines.push(
    `Next: instagan translate --run RUN --input ${shellQuoted(input)}${recursive ? ' --recursive' : ''} --masks ${shellQuoted(output)} --output translated`,
  );
  return lines;
}
