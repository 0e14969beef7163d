import type { TensorInfo } from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../../ops/activation.ts';
import { ceilDiv } from '../../arithmetic.ts';
import { JobKind } from '../module/job-kind.ts';
import type { KernelRunner, KernelTensors } from '../module/kernel-runner.ts';
import { activate } from '../ops/activation-kernels.ts';
import { reflectPad, reflectPadGradient } from '../ops/reflect-pad-kernels.ts';
import {
  suitsWinograd,
  winogradConvolution,
  winogradFilterGradient,
  winogradInputGradient,
} from './winograd-kernels.ts';

const UNPADDED = { padding: [0, 0, 0, 0], border: 'zero' } as const;

type Padding = readonly [top: number, bottom: number, left: number, right: number];
type Shape4D = readonly [number, number, number, number];

interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: Padding;
  readonly border: 'zero' | 'reflect';
}

type ConvolutionAttributes = ConvolutionGeometry & ActivationAttributes;

/** Positions for which a unit of work keeps its input in the cache. */
const UNIT_POSITIONS = 240;
/** Units of work per thread that are wanted, so that threads end together. */
const UNITS_PER_THREAD = 4;
/** Positions that are summed in registers; part of the result's bits, so independent of the number of threads. */
const STRIP_POSITIONS = 128;
/** Values of a kernel row that a tile of `wasm/assembly/filter-gradient.ts` computes at once, at most. */
const WIDEST_TILE = 16;
/** Positions of the largest tile of wasm/assembly. */
const MAX_TILE_POSITIONS = 6;

/** `Convolution`: x, filter and bias? -> y. */
export function convolution(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: { readonly x: TensorInfo; readonly filter: TensorInfo; readonly bias?: TensorInfo },
  { stride, padding, border, ...activation }: ConvolutionAttributes,
): TensorInfo {
  const [size, filterShape] = [shapeOf(inputs.x), shapeOf(inputs.filter)];
  const yShape = outputShape(size, filterShape, stride, padding);
  if (border === 'reflect' && !suitsWinograd(size, filterShape, stride, yShape)) {
    const x = reflectPad(runner, tensors, inputs, { pad: padding[0] });
    const y = convolution(runner, tensors, { ...inputs, x }, { stride, ...UNPADDED, ...activation });
    tensors.dispose(x);
    return y;
  }
  const y = tensors.output(yShape);
  const addresses = { x: tensors.address(inputs.x), y: tensors.address(y), filter: tensors.address(inputs.filter) };
  const bias = inputs.bias === undefined ? 0 : tensors.address(inputs.bias);
  const [, outputHeight, outputWidth, outputs] = yShape;
  if (suitsWinograd(size, filterShape, stride, yShape)) {
    winogradConvolution(runner, { ...addresses, size, outputs, padding, border }, bias);
  } else {
    const [kernelHeight, kernelWidth] = filterShape;
    convolve(runner, {
      input: addresses.x,
      size,
      filter: addresses.filter,
      filterShape,
      bias,
      transposed: false,
      rows: { taps: kernelHeight, first: 0, step: 1, padding: padding[0], outputs: outputHeight },
      columns: { taps: kernelWidth, first: 0, step: 1, padding: padding[2], outputs: outputWidth },
      stride,
      outputs,
      output: addresses.y,
      sampleFloats: outputHeight * outputWidth * outputs,
      rowFloats: outputWidth * outputs,
      columnFloats: outputs,
    });
  }
  activate(runner, tensors, y, activation);
  return y;
}

/** `ConvolutionInputGradient`: dy and filter -> dx; as a forward operation, the transposed convolution. */
export function convolutionInputGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: { readonly dy: TensorInfo; readonly filter: TensorInfo },
  { stride, padding, border, inputShape }: ConvolutionGeometry & { readonly inputShape: Shape4D },
): TensorInfo {
  const [samples, height, width, channels] = inputShape;
  const filterShape = shapeOf(inputs.filter);
  if (suitsWinograd(inputShape, filterShape, stride, shapeOf(inputs.dy))) {
    const dx = tensors.output(inputShape);
    const addresses = { x: tensors.address(dx), y: tensors.address(inputs.dy), filter: tensors.address(inputs.filter) };
    winogradInputGradient(runner, { ...addresses, size: inputShape, outputs: filterShape[3], padding, border });
    return dx;
  }
  if (border === 'reflect') {
    const [pad] = padding;
    const paddedShape: Shape4D = [samples, height + 2 * pad, width + 2 * pad, channels];
    const dy = convolutionInputGradient(runner, tensors, inputs, { stride, ...UNPADDED, inputShape: paddedShape });
    const dx = reflectPadGradient(runner, tensors, { dy }, { pad });
    tensors.dispose(dy);
    return dx;
  }
  const [kernelHeight, kernelWidth] = filterShape;
  const dx = tensors.output(inputShape);
  const output = tensors.address(dx);
  // A kernel smaller than the stride leaves positions that nothing reaches.
  if (Math.min(kernelHeight, kernelWidth) < stride) runner.zero(output, 4 * inputShape.reduce((a, b) => a * b));
  for (let y = 0; y < stride; y++) {
    const rows = phase(y, stride, kernelHeight, padding[0], height);
    for (let x = 0; x < stride; x++) {
      const columns = phase(x, stride, kernelWidth, padding[2], width);
      if (Math.min(rows.outputs, columns.outputs, rows.taps, columns.taps) <= 0) continue;
      convolve(runner, {
        input: tensors.address(inputs.dy),
        size: shapeOf(inputs.dy),
        filter: tensors.address(inputs.filter),
        filterShape,
        bias: 0,
        transposed: true,
        rows,
        columns,
        stride: 1,
        outputs: channels,
        output: output + 4 * channels * (rows.start * width + columns.start),
        sampleFloats: height * width * channels,
        rowFloats: stride * width * channels,
        columnFloats: stride * channels,
      });
    }
  }
  return dx;
}

/** `ConvolutionFilterGradient`: x and dy -> the gradient of the filter. */
export function convolutionFilterGradient(
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: { readonly x: TensorInfo; readonly dy: TensorInfo },
  { stride, padding, border, filterShape }: ConvolutionGeometry & { readonly filterShape: Shape4D },
): TensorInfo {
  const size = shapeOf(inputs.x);
  if (suitsWinograd(size, filterShape, stride, shapeOf(inputs.dy))) {
    const filter = tensors.output(filterShape);
    const addresses = { x: tensors.address(inputs.x), y: tensors.address(inputs.dy), filter: tensors.address(filter) };
    winogradFilterGradient(runner, { ...addresses, size, outputs: filterShape[3], padding, border });
    return filter;
  }
  if (border === 'reflect') {
    const x = reflectPad(runner, tensors, inputs, { pad: padding[0] });
    const filter = convolutionFilterGradient(runner, tensors, { ...inputs, x }, { stride, ...UNPADDED, filterShape });
    tensors.dispose(x);
    return filter;
  }
  const [samples, height, width, channels] = size;
  const [kernelHeight, kernelWidth, , outputs] = filterShape;
  const [, outputHeight, outputWidth] = shapeOf(inputs.dy);
  const gradient = tensors.output(filterShape);
  const [top, , left] = padding;
  const copies =
    exceeds(kernelHeight, stride, top, outputHeight, height) || exceeds(kernelWidth, stride, left, outputWidth, width);
  const rowsPerStrip = Math.max(1, Math.min(outputHeight, Math.round(STRIP_POSITIONS / outputWidth)));
  const run = kernelWidth * channels;
  const wanted = ceilDiv(kernelHeight * run, UNITS_PER_THREAD * runner.threads);
  const depthPerUnit = evenDepth(run, ceilDiv(wanted, WIDEST_TILE) * WIDEST_TILE);
  const units = kernelHeight * ceilDiv(run, depthPerUnit);
  const copiedFloats = copies ? rowsPerStrip * ((outputWidth - 1) * stride + kernelWidth) * channels : 0;
  const threadBytes = aligned(4 * (8 * rowsPerStrip * outputWidth + copiedFloats));
  const scratch = runner.scratch(threadBytes * runner.threads);
  runner.run(
    JobKind.filterGradient,
    [
      ...[tensors.address(inputs.x), height, width, channels, kernelWidth, stride, top, left],
      ...[samples, outputHeight, outputWidth, outputs, tensors.address(inputs.dy), tensors.address(gradient)],
      ...[rowsPerStrip, depthPerUnit, scratch, threadBytes, copies ? 1 : 0],
    ],
    units,
    2 * samples * outputHeight * outputWidth * outputs * kernelHeight * run,
  );
  return gradient;
}

/**
 * A depth of parts, at least `wanted`, of which none is too short for the widest tile, also not the last one: short parts are
 * computed in another way, which rounds differently, and the number of threads would show in the bits.
 */
function evenDepth(run: number, wanted: number): number {
  for (let depth = wanted; depth < run; depth += WIDEST_TILE) {
    const last = run % depth;
    if (last === 0 || last >= WIDEST_TILE) return depth;
  }
  return run;
}

/** The taps of a filter, and what they are applied to, along one axis. */
interface Axis {
  readonly taps: number;
  /** Taps taken are first, first + step, ... of the filter. */
  readonly first: number;
  readonly step: number;
  /** Zeros before the input; negative: values cut off. */
  readonly padding: number;
  readonly outputs: number;
}

/**
 * The part of an input gradient whose positions i have (i + padding) mod stride = `offset`. They all see the taps
 * offset, offset + stride, ..., so they are a convolution of dy with these taps, turned around.
 */
function phase(
  offset: number,
  stride: number,
  kernel: number,
  padding: number,
  size: number,
): Axis & { readonly start: number } {
  const taps = Math.max(0, ceilDiv(kernel - offset, stride));
  const firstOutput = ceilDiv(Math.max(0, padding - offset), stride);
  const start = offset - padding + stride * firstOutput;
  return {
    taps,
    first: offset + stride * (taps - 1),
    step: -stride,
    padding: taps - 1 - firstOutput,
    outputs: ceilDiv(size - start, stride),
    start,
  };
}

interface Convolve {
  readonly input: number;
  readonly size: Shape4D;
  readonly filter: number;
  readonly filterShape: Shape4D;
  readonly bias: number;
  readonly transposed: boolean;
  readonly rows: Axis;
  readonly columns: Axis;
  readonly stride: number;
  readonly outputs: number;
  readonly output: number;
  readonly sampleFloats: number;
  readonly rowFloats: number;
  readonly columnFloats: number;
}

/** Packs the filter, then convolves. */
function convolve(runner: KernelRunner, c: Convolve): void {
  const { rows, columns, stride, outputs } = c;
  const [samples, height, width, channels] = c.size;
  const [, filterWidth, filterIn, filterOut] = c.filterShape;
  const depth = rows.taps * columns.taps * channels;
  const panels = outputs < 4 ? 1 : ceilDiv(outputs, 8);
  const panelBytes = aligned(4 * (depth + 1) * 8 * panels);

  const wanted = UNITS_PER_THREAD * runner.threads;
  const strips = ceilDiv(rows.outputs, Math.max(1, Math.round(UNIT_POSITIONS / columns.outputs)));
  const panelsPerUnit = ceilDiv(panels, ceilDiv(wanted, samples * strips));
  const groups = ceilDiv(panels, panelsPerUnit);
  const stripsWanted = Math.max(strips, ceilDiv(wanted, samples * groups));
  const rowsPerUnit = ceilDiv(rows.outputs, Math.min(stripsWanted, rows.outputs));
  const units = samples * ceilDiv(rows.outputs, rowsPerUnit) * groups;

  const copies =
    exceeds(rows.taps, stride, rows.padding, rows.outputs, height) ||
    exceeds(columns.taps, stride, columns.padding, columns.outputs, width);
  const copiedFloats = copies
    ? ((rowsPerUnit - 1) * stride + rows.taps) * ((columns.outputs - 1) * stride + columns.taps) * channels
    : 0;
  const positions = Math.max(rowsPerUnit * columns.outputs, MAX_TILE_POSITIONS);
  const threadBytes = aligned(8 * positions + 16 + 4 * copiedFloats);

  const packed = runner.scratch(panelBytes + threadBytes * runner.threads);
  runner.run(
    JobKind.filterPanels,
    [
      ...[c.filter, filterWidth, filterIn, filterOut, rows.taps, columns.taps],
      ...[rows.first, columns.first, rows.step, columns.step, c.transposed ? 1 : 0, c.bias, packed],
    ],
    panels,
    // A packed value costs about as much as four of the sums below.
    8 * depth * outputs,
  );
  runner.run(
    JobKind.convolution,
    [
      ...[c.input, height, width, channels, rows.taps, columns.taps, stride, rows.padding, columns.padding],
      ...[rows.outputs, columns.outputs, c.output, 4 * c.sampleFloats, 4 * c.rowFloats, 4 * c.columnFloats],
      ...[outputs, packed, rowsPerUnit, panelsPerUnit, packed + panelBytes, threadBytes, copies ? 1 : 0],
    ],
    units,
    2 * samples * rows.outputs * columns.outputs * depth * outputs,
  );
}

function outputShape(
  [samples, height, width]: Shape4D,
  [kernelHeight, kernelWidth, , outputs]: Shape4D,
  stride: number,
  [top, bottom, left, right]: Padding,
): Shape4D {
  const outputHeight = Math.floor((height + top + bottom - kernelHeight) / stride) + 1;
  const outputWidth = Math.floor((width + left + right - kernelWidth) / stride) + 1;
  return [samples, outputHeight, outputWidth, outputs];
}

/** Whether a convolution reads outside of its input along one axis. */
function exceeds(taps: number, stride: number, padding: number, outputs: number, size: number): boolean {
  return padding > 0 || (outputs - 1) * stride + taps - padding > size;
}

function aligned(bytes: number): number {
  return ceilDiv(bytes, 64) * 64;
}

function shapeOf(tensor: TensorInfo): Shape4D {
  return tensor.shape as unknown as Shape4D;
}
