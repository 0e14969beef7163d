import type { TensorInfo } from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../../ops/activation.ts';
import { ceilDiv, floatBits } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { vectorWidth } from '../device/kernel-source.ts';
import {
  finishGradient,
  finishNorm,
  type NormVariant,
  slabGradientSums,
  slabStatistics,
  wholeGradient,
  wholeNorm,
} from './instance-norm-shaders.ts';

/** Up to here one workgroup takes all pixels of its channels, in one dispatch: what a cache next to it holds. */
const MAX_WHOLE_PIXELS = 4096;
/** Loads side by side in a workgroup: 32 bytes for whole images, which are many workgroups; 256 bytes for slabs. */
const WHOLE_LANES = 2;
const SLAB_LANES = 16;
/** Workgroups wanted at least, for GPUs of a hundred multiprocessors, and most slabs of an image. */
const WANTED_WORKGROUPS = 512;
const MAX_SLABS = 128;

interface Layout extends NormVariant {
  readonly batch: number;
  readonly pixels: number;
  /** Channels of an image, in loads. */
  readonly loads: number;
  /** Workgroups side by side along the channels. */
  readonly columns: number;
  /** Parts of an image that have a workgroup each; 1 for whole images. */
  readonly slabs: number;
  readonly slabPixels: number;
}

function layoutOf(shape: readonly number[], rectifier: string, residual: boolean): Layout {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const pixels = height * width;
  const vector = vectorWidth(channels);
  const loads = channels / vector;
  const whole = pixels <= MAX_WHOLE_PIXELS;
  const lanes = whole ? WHOLE_LANES : SLAB_LANES;
  const columns = ceilDiv(loads, lanes);
  const wanted = Math.min(MAX_SLABS, Math.max(1, Math.floor(WANTED_WORKGROUPS / (batch * columns))));
  const slabPixels = whole ? pixels : ceilDiv(pixels, wanted);
  const slabs = whole ? 1 : ceilDiv(pixels, slabPixels);
  return { vector, lanes, rectifier, residual, batch, pixels, loads, columns, slabs, slabPixels };
}

/** `InstanceNorm`: x, residual? -> y, and the means and inverse deviations `[batch, channels]`. */
export function instanceNorm(
  gpu: Dispatcher,
  { x, residual }: { readonly x: TensorInfo; readonly residual?: TensorInfo },
  { epsilon, activation, slope }: ActivationAttributes & { readonly epsilon: number },
): TensorInfo[] {
  const layout = layoutOf(x.shape, activation, residual !== undefined);
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const outputs = [gpu.output(x.shape), gpu.output([batch, channels]), gpu.output([batch, channels])];
  const written = outputs.map((each) => gpu.buffer(each));
  const inputs = [x, ...(residual === undefined ? [] : [residual])].map((each) => gpu.buffer(each));
  const parameters = normParameters(gpu, layout, slope, epsilon);
  const { columns, slabs } = layout;
  if (slabs === 1) {
    gpu.run(program(gpu, 'InstanceNorm', layout, wholeNorm), [...written, ...inputs, parameters], columns, batch);
  } else {
    withPartialSums(gpu, layout, (sums) => {
      const statistics = program(gpu, 'InstanceNorm statistics', { ...layout, residual: false }, slabStatistics);
      gpu.run(statistics, [sums, inputs[0]!, parameters], columns, batch, slabs);
      const finish = program(gpu, 'InstanceNorm result', layout, finishNorm);
      gpu.run(finish, [...written, sums, ...inputs, parameters], columns, batch, slabs);
    });
  }
  return outputs;
}

/** `InstanceNormGradient`: dy, x, mean, inverseDeviation -> dx. */
export function instanceNormGradient(
  gpu: Dispatcher,
  inputs: Readonly<Record<'dy' | 'x' | 'mean' | 'inverseDeviation', TensorInfo>>,
  { activation, slope }: ActivationAttributes,
): TensorInfo {
  const { dy, x, mean, inverseDeviation } = inputs;
  const layout = layoutOf(x.shape, activation, false);
  const dx = gpu.output(x.shape);
  const bound = [dy, x, mean, inverseDeviation].map((each) => gpu.buffer(each));
  const parameters = normParameters(gpu, layout, slope, 0);
  const { batch, columns, slabs } = layout;
  if (slabs === 1) {
    const whole = program(gpu, 'InstanceNormGradient', layout, wholeGradient);
    gpu.run(whole, [gpu.buffer(dx), ...bound, parameters], columns, batch);
  } else {
    withPartialSums(gpu, layout, (sums) => {
      const partial = program(gpu, 'InstanceNormGradient sums', layout, slabGradientSums);
      gpu.run(partial, [sums, ...bound, parameters], columns, batch, slabs);
      const finish = program(gpu, 'InstanceNormGradient result', layout, finishGradient);
      gpu.run(finish, [gpu.buffer(dx), sums, ...bound, parameters], columns, batch, slabs);
    });
  }
  return dx;
}

function program(gpu: Dispatcher, name: string, variant: Layout, describe: typeof wholeNorm) {
  const { vector, lanes, rectifier, residual } = variant;
  return gpu.program(`${name} ${vector} ${lanes} ${rectifier} ${residual}`, () => describe(name, variant));
}

function normParameters(gpu: Dispatcher, layout: Layout, slope: number, epsilon: number): GPUBuffer {
  const { pixels, loads, slabs, slabPixels } = layout;
  return gpu.parameters([pixels, loads, slabs, slabPixels, floatBits(slope), floatBits(epsilon)]);
}

/** Lends memory for two numbers of each slab and channel. */
function withPartialSums(gpu: Dispatcher, layout: Layout, use: (sums: GPUBuffer) => void): void {
  const { batch, slabs, loads, vector } = layout;
  gpu.withScratch(8 * batch * slabs * loads * vector, use);
}
