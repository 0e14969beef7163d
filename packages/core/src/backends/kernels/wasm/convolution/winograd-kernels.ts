import { ceilDiv } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner } from '../module/kernel-runner.ts';

/** A convolution with a 3x3 filter and stride 1, and where its tensors lie. */
export interface WinogradConvolution {
  /** Address of x, or of its gradient, `[samples, height, width, inputs]`. */
  readonly x: number;
  readonly size: readonly [samples: number, height: number, width: number, inputs: number];
  /** Address of y, or of its gradient, `[samples, height + top + bottom - 2, width + left + right - 2, outputs]`. */
  readonly y: number;
  readonly outputs: number;
  /** Address of the filter, or of its gradient, `[3, 3, inputs, outputs]`. */
  readonly filter: number;
  readonly padding: readonly [top: number, bottom: number, left: number, right: number];
  readonly border: 'zero' | 'reflect';
}

/** Outputs of a tile along each axis. */
const TILE = 4;
const POINTS = (TILE + 2) ** 2;
/** Channels of a panel. */
const PANEL = 8;
/** What a unit of transforms keeps between its two axes. */
const TRANSFORM_BYTES = 10240;
/** Scratch memory up to which samples go together. */
const BATCH_BYTES = 2 ** 26;
/** Units of work per thread that are wanted, so that threads end together. */
const UNITS_PER_THREAD = 3;
/** Operations to take one channel of a tile, or one value of a filter, to the points or back. */
const TILE_COST = 400;
const FILTER_COST = 300;

/** Whether a convolution and its gradients can be done by tiles, and are faster that way. */
export function suitsWinograd(
  [samples, , , inputs]: readonly number[],
  [kernelHeight, kernelWidth]: readonly number[],
  stride: number,
  [, outputHeight, outputWidth, outputs]: readonly number[],
): boolean {
  if (kernelHeight !== 3 || kernelWidth !== 3 || stride !== 1) return false;
  if (inputs! % PANEL !== 0 || outputs! % PANEL !== 0) return false;
  const tiles = samples! * ceilDiv(outputHeight!, TILE) * ceilDiv(outputWidth!, TILE);
  const products = 2 * POINTS * tiles * inputs! * outputs!;
  const transforms = TILE_COST * tiles * (inputs! + outputs!) + FILTER_COST * inputs! * outputs!;
  return products + transforms < 18 * samples! * outputHeight! * outputWidth! * inputs! * outputs!;
}

/** y from x and the filter, plus the bias at this address if it is not 0. */
export function winogradConvolution(runner: KernelRunner, c: WinogradConvolution, bias: number): void {
  for (const batch of batches(c)) {
    const job = jobsOf(runner, batch, { bias, transposes: false });
    const { tiles, inputs, outputs } = job;
    job.run(JobKind.winogradFilter, outputs / PANEL, FILTER_COST * inputs * outputs);
    job.run(JobKind.winogradPatches, tiles, TILE_COST * tiles * inputs);
    job.run(JobKind.winogradProduct, outputs / PANEL, 2 * tiles * inputs * outputs, POINTS);
    job.run(JobKind.winogradOutputs, tiles, TILE_COST * tiles * outputs);
  }
}

/** The gradient of x from that of y and the filter. */
export function winogradInputGradient(runner: KernelRunner, c: WinogradConvolution): void {
  for (const batch of batches(c)) {
    const job = jobsOf(runner, batch, { bias: 0, transposes: true });
    const { tiles, inputs, outputs } = job;
    const [samples] = batch.size;
    job.run(JobKind.winogradFilter, inputs / PANEL, FILTER_COST * inputs * outputs);
    job.run(JobKind.winogradTiles, tiles, TILE_COST * tiles * outputs);
    job.run(JobKind.winogradProduct, inputs / PANEL, 2 * tiles * inputs * outputs, POINTS);
    job.run(JobKind.winogradInputGradient, inputs / PANEL, (TILE_COST * tiles * inputs) / samples, samples);
  }
}

/** The gradient of the filter from x and the gradient of y. */
export function winogradFilterGradient(runner: KernelRunner, c: WinogradConvolution): void {
  const job = jobsOf(runner, c, { bias: 0, transposes: false });
  const { tiles, inputs, outputs } = job;
  job.run(JobKind.winogradPatches, tiles, TILE_COST * tiles * inputs);
  job.run(JobKind.winogradTiles, tiles, TILE_COST * tiles * outputs);
  job.run(JobKind.winogradFilterProduct, inputs / PANEL, 2 * tiles * inputs * outputs, POINTS);
  job.run(JobKind.winogradFilterGradient, (inputs * outputs) / PANEL, FILTER_COST * inputs * outputs);
}

function outputSize({ size: [, height, width], padding: [top, bottom, left, right] }: WinogradConvolution) {
  return { outputHeight: height + top + bottom - 2, outputWidth: width + left + right - 2 };
}

/** The convolution in groups of samples, so that scratch memory does not grow with their number. */
function* batches(c: WinogradConvolution): Generator<WinogradConvolution> {
  const [samples, height, width, inputs] = c.size;
  const { outputHeight, outputWidth } = outputSize(c);
  const tiles = ceilDiv(outputHeight, TILE) * ceilDiv(outputWidth, TILE);
  const perBatch = Math.max(1, Math.floor(BATCH_BYTES / (4 * POINTS * tiles * (inputs + c.outputs))));
  for (let first = 0; first < samples; first += perBatch) {
    yield {
      ...c,
      x: c.x + 4 * first * height * width * inputs,
      y: c.y + 4 * first * outputHeight * outputWidth * c.outputs,
      size: [Math.min(perBatch, samples - first), height, width, inputs],
    };
  }
}

/** The jobs of one convolution; they share parameters, and scratch memory for the values at the points. */
function jobsOf(
  runner: KernelRunner,
  c: WinogradConvolution,
  { bias, transposes }: { readonly bias: number; readonly transposes: boolean },
) {
  const [samples, height, width, inputs] = c.size;
  const { outputs } = c;
  const [top, bottom, left, right] = c.padding;
  const { outputHeight, outputWidth } = outputSize(c);
  const down = ceilDiv(outputHeight, TILE);
  const across = ceilDiv(outputWidth, TILE);
  const tiles = samples * down * across;
  const wholeTiles = ceilDiv(tiles, 4) * 4;

  const bytes = {
    x: 4 * POINTS * wholeTiles * inputs,
    y: 4 * POINTS * wholeTiles * outputs,
    filter: 4 * POINTS * inputs * outputs,
    zeros: 4 * Math.max(inputs, outputs),
    thread: Math.max(TRANSFORM_BYTES, 64 + (POINTS + 1) * 4 * inputs),
  };
  const xPoints = runner.scratch(bytes.x + bytes.y + bytes.filter + bytes.zeros + runner.threads * bytes.thread);
  const yPoints = xPoints + bytes.x;
  const filterPoints = yPoints + bytes.y;
  const zeros = filterPoints + bytes.filter;
  runner.zero(zeros, bytes.zeros);
  const words = [
    ...[c.x, height, width, inputs, c.y, outputHeight, outputWidth, outputs, c.filter, bias],
    ...[top, left, bottom, right, c.border === 'reflect' ? 1 : 0, samples, down, across, wholeTiles],
    ...[xPoints, yPoints, filterPoints, transposes ? 1 : 0, zeros, zeros + bytes.zeros, bytes.thread],
  ];
  return {
    tiles,
    inputs,
    outputs,
    /** Does `count` things in each of `groups` groups, each group taking `work` operations. */
    run(kind: JobKind, count: number, work: number, groups = 1): void {
      const unitSize = ceilDiv(count, ceilDiv(UNITS_PER_THREAD * runner.threads, groups));
      runner.run(kind, [...words, unitSize], groups * ceilDiv(count, unitSize), groups * work);
    },
  };
}
