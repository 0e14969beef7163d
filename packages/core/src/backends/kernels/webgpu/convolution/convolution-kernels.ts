import type { TensorInfo } from '@tensorflow/tfjs';
import { ceilDiv } from '../../arithmetic.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import type { BindingKind, CompiledProgram } from '../device/gpu-program.ts';
import { filterGradientProblem, isNarrow, narrowFilterGradientProblem } from './filter-gradient-problems.ts';
import { forwardProblem } from './forward-problem.ts';
import { type GemmProblem, gemmSource } from './gemm-source.ts';
import { inputGradientProblem } from './input-gradient-problem.ts';
import { matrixUnitSource } from './matrix-unit-source.ts';
import {
  type ConvolutionStructure,
  type Epilogue,
  type ImageSizes,
  NO_EPILOGUE,
  parameterWords,
  phaseStride,
  SCALED_OPERANDS,
  SUM_THREADS,
  sourceKey,
  sumOfSplitsSource,
} from './problem-source.ts';
import type { MatrixTileShape, MatrixUnit, TileShape } from './tile-shape.ts';
import { valueRange } from './value-range.ts';

type Shape4D = readonly [number, number, number, number];

interface Geometry {
  readonly stride: number;
  readonly padding: Shape4D;
  readonly border: 'zero' | 'reflect';
}

/** A matrix product, as far as the choice of its tiles goes. */
export interface ProductSize {
  readonly kind: 'forward' | 'inputGradient' | 'filterGradient';
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

export interface ConvolutionOptions {
  /** Says how a product is cut up; the same for the same size as long as the backend is open. */
  readonly chooseTile: (size: ProductSize) => TileShape | MatrixTileShape;
  /** Programs per layer, fast to run, instead of shared ones, fast to compile. */
  readonly specialised: boolean;
  /** What operands are rounded to before they are multiplied; sums are float32. */
  readonly products: 'f32' | 'f16';
  /** The matrix unit for which `chooseTile` gives matrix tiles, if it does. */
  readonly matrixUnit?: MatrixUnit;
}

/** One recorded product, and the addition of its parts if it was split. */
interface Plan {
  readonly program: CompiledProgram;
  readonly parameters: GPUBuffer;
  readonly grid: readonly [number, number, number];
  /** Operands whose ranges are bound. */
  readonly scaled: readonly ('a' | 'b')[];
  readonly splits: number;
  readonly sum?: { program: CompiledProgram; parameters: GPUBuffer; grid: readonly [number, number, number] };
  readonly resultShape: readonly number[];
}

/** Workgroups that keep a large GPU busy; products with fewer tiles are split along their depth. */
const WANTED_WORKGROUPS = 256;
/** Least depth of a split, in steps of a tile: the partial sums have to be written and read. */
const MIN_STEPS_PER_SPLIT = 8;

/** The kernels of `Convolution` and its two gradients: matrix products whose operands are gathered on the way. */
export class ConvolutionKernels {
  readonly #dispatcher: Dispatcher;
  readonly #options: ConvolutionOptions;
  readonly #plans = new Map<string, Plan>();

  constructor(dispatcher: Dispatcher, options: ConvolutionOptions) {
    this.#dispatcher = dispatcher;
    this.#options = options;
  }

  /** `Convolution`: x, filter and bias? -> y. */
  forward(
    { x, filter, bias }: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo },
    attributes: Geometry & Omit<Epilogue, 'bias'>,
  ): TensorInfo {
    const { stride, padding, border, activation, slope } = attributes;
    const hasBias = bias !== undefined;
    const key = `y ${x.shape} ${filter.shape} ${stride} ${padding} ${border} ${activation} ${slope} ${hasBias}`;
    const plan = this.#plan(key, () => {
      const structure = structureOf(filter.shape as unknown as Shape4D, attributes);
      const [batch, height, width] = x.shape as unknown as Shape4D;
      const [top, bottom, left, right] = padding;
      const outHeight = Math.floor((height + top + bottom - structure.kernelHeight) / stride) + 1;
      const outWidth = Math.floor((width + left + right - structure.kernelWidth) / stride) + 1;
      return {
        kind: 'forward',
        problem: 'forward',
        structure,
        epilogue: { bias: hasBias, activation, slope },
        images: { batch, height, width, outHeight, outWidth },
        rows: batch * outHeight * outWidth,
        columns: structure.outputs,
        depth: structure.kernelHeight * structure.kernelWidth * structure.inputs,
        resultShape: [batch, outHeight, outWidth, structure.outputs],
      };
    });
    return this.#run(plan, x, filter, bias);
  }

  /** `ConvolutionInputGradient`: dy and filter -> dx; as a forward operation, the transposed convolution. */
  inputGradient(
    { dy, filter }: { dy: TensorInfo; filter: TensorInfo },
    attributes: Geometry & { readonly inputShape: Shape4D },
  ): TensorInfo {
    const { stride, padding, border, inputShape } = attributes;
    const key = `dx ${dy.shape} ${filter.shape} ${stride} ${padding} ${border} ${inputShape}`;
    const plan = this.#plan(key, () => {
      const structure = structureOf(filter.shape as unknown as Shape4D, attributes);
      const [batch, height, width] = inputShape;
      const [, outHeight, outWidth] = dy.shape as unknown as Shape4D;
      const step = phaseStride(structure);
      return {
        kind: 'inputGradient',
        problem: 'inputGradient',
        structure,
        epilogue: NO_EPILOGUE,
        images: { batch, height, width, outHeight, outWidth },
        phases: step * step,
        rows: batch * ceilDiv(height, step) * ceilDiv(width, step),
        columns: structure.inputs,
        depth: ceilDiv(structure.kernelHeight, step) * ceilDiv(structure.kernelWidth, step) * structure.outputs,
        resultShape: inputShape,
      };
    });
    return this.#run(plan, dy, filter);
  }

  /** `ConvolutionFilterGradient`: x and dy -> the gradient of the filter. */
  filterGradient(
    { x, dy }: { x: TensorInfo; dy: TensorInfo },
    attributes: Geometry & { readonly filterShape: Shape4D },
  ): TensorInfo {
    const { stride, padding, border, filterShape } = attributes;
    const key = `df ${x.shape} ${dy.shape} ${stride} ${padding} ${border} ${filterShape}`;
    const plan = this.#plan(key, () => {
      const structure = structureOf(filterShape, attributes);
      const [batch, height, width] = x.shape as unknown as Shape4D;
      const [, outHeight, outWidth] = dy.shape as unknown as Shape4D;
      const common = {
        kind: 'filterGradient',
        structure,
        epilogue: NO_EPILOGUE,
        images: { batch, height, width, outHeight, outWidth },
        resultShape: filterShape,
      } as const;
      const { kernelHeight, kernelWidth, inputs, outputs } = structure;
      const taps = kernelHeight * kernelWidth;
      const [top, bottom, left, right] = padding;
      return isNarrow(structure)
        ? {
            ...common,
            problem: 'narrowFilterGradient',
            rows: inputs,
            columns: taps * outputs,
            depth: batch * (height + top + bottom) * (width + left + right),
          }
        : {
            ...common,
            problem: 'filterGradient',
            rows: taps * inputs,
            columns: outputs,
            depth: batch * outHeight * outWidth,
          };
    });
    return this.#run(plan, x, dy);
  }

  #plan(key: string, describe: () => Product): Plan {
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      plan = this.#makePlan(describe());
      this.#plans.set(key, plan);
    }
    return plan;
  }

  #makePlan(product: Product): Plan {
    const { kind, problem, structure, epilogue, images, phases = 1, rows, columns, depth, resultShape } = product;
    const dispatcher = this.#dispatcher;
    const { chooseTile, specialised, products } = this.#options;
    const tile = chooseTile({ kind, rows, columns, depth });
    const tiles = ceilDiv(rows, tile.rows) * ceilDiv(columns, tile.columns);
    const maxSplits = kind === 'inputGradient' ? 1 : ceilDiv(depth, tile.depth * MIN_STEPS_PER_SPLIT);
    const stepsPerSplit = ceilDiv(ceilDiv(depth, tile.depth), Math.min(maxSplits, ceilDiv(WANTED_WORKGROUPS, tiles)));
    const depthPerSplit = stepsPerSplit * tile.depth;
    const splits = kind === 'inputGradient' ? 1 : Math.max(1, ceilDiv(depth, depthPerSplit));
    const split = splits > 1;
    const resultValues = resultShape.reduce((product, side) => product * side, 1);

    const half = products === 'f16';
    const inProduct = split ? NO_EPILOGUE : epilogue;
    const productKey = `${problem} ${products} ${Object.values(tile)} ${sourceKey(structure, inProduct, specialised)}`;
    const program = dispatcher.program(productKey, () => ({
      label: `${problem} ${structure.kernelHeight}x${structure.kernelWidth} ${structure.inputs}-${structure.outputs}`,
      source: this.#source(PROBLEMS[problem](structure, inProduct, { specialised, half }), tile),
      bindings: bindings(2 + (inProduct.bias ? 1 : 0) + (half ? SCALED_OPERANDS[kind].length : 0)),
    }));
    const sizes: ImageSizes = { ...images, depthPerSplit, resultValues };
    const plan = {
      program,
      parameters: dispatcher.parameters(parameterWords(sizes, structure)),
      grid: this.#grid(tiles, phases * splits),
      scaled: half ? SCALED_OPERANDS[kind] : [],
      splits,
      resultShape,
    };
    if (!split) return plan;
    const sumKey = `sum ${sourceKey(structure, epilogue, specialised)}`;
    const sum = {
      program: dispatcher.program(sumKey, () => ({
        label: 'sum of splits',
        source: sumOfSplitsSource(structure, epilogue, specialised),
        bindings: bindings(epilogue.bias ? 2 : 1),
      })),
      parameters: dispatcher.parameters(parameterWords({ ...sizes, batch: splits }, structure)),
      grid: this.#grid(ceilDiv(ceilDiv(resultValues, structure.outputs % 4 === 0 ? 4 : 1), SUM_THREADS), 1),
    };
    return { ...plan, sum };
  }

  #run(plan: Plan, a: TensorInfo, b: TensorInfo, bias?: TensorInfo): TensorInfo {
    const dispatcher = this.#dispatcher;
    const result = dispatcher.output(plan.resultShape);
    const operands = [dispatcher.buffer(a), dispatcher.buffer(b)];
    const biasBuffers = bias === undefined ? [] : [dispatcher.buffer(bias)];
    const ranges = plan.scaled.map((operand) => valueRange(dispatcher, operand === 'a' ? a : b));
    const resultBuffer = dispatcher.buffer(result);
    const { sum } = plan;
    if (sum === undefined) {
      const buffers = [...operands, ...biasBuffers, ...ranges, resultBuffer, plan.parameters];
      dispatcher.run(plan.program, buffers, ...plan.grid);
      return result;
    }
    const bytes = 4 * plan.splits * plan.resultShape.reduce((product, side) => product * side, 1);
    dispatcher.withScratch(bytes, (partialSums) => {
      dispatcher.run(plan.program, [...operands, ...ranges, partialSums, plan.parameters], ...plan.grid);
      dispatcher.run(sum.program, [partialSums, ...biasBuffers, resultBuffer, sum.parameters], ...sum.grid);
    });
    return result;
  }

  #source(problem: GemmProblem, tile: TileShape | MatrixTileShape): string {
    const { products, matrixUnit } = this.#options;
    if (!('subgroupRows' in tile)) return gemmSource(problem, tile, products);
    if (matrixUnit === undefined) throw new Error('There is no matrix unit for a matrix tile.');
    return matrixUnitSource(problem, tile, matrixUnit);
  }

  /** As many workgroups as asked for, or a few more, over the first two dimensions. */
  #grid(workgroups: number, z: number): readonly [number, number, number] {
    const y = ceilDiv(workgroups, this.#dispatcher.maxWorkgroups);
    return [ceilDiv(workgroups, y), y, z];
  }
}

interface Product {
  readonly kind: ProductSize['kind'];
  readonly problem: keyof typeof PROBLEMS;
  readonly structure: ConvolutionStructure;
  readonly epilogue: Epilogue;
  readonly images: Omit<ImageSizes, 'depthPerSplit' | 'resultValues'>;
  readonly phases?: number;
  /** The most of any phase. */
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly resultShape: readonly number[];
}

/** How the operands of a product are gathered. */
const PROBLEMS = {
  forward: forwardProblem,
  inputGradient: inputGradientProblem,
  filterGradient: filterGradientProblem,
  narrowFilterGradient: narrowFilterGradientProblem,
} as const;

function structureOf(filterShape: Shape4D, { stride, padding, border }: Geometry): ConvolutionStructure {
  const [kernelHeight, kernelWidth, inputs, outputs] = filterShape;
  return { kernelHeight, kernelWidth, inputs, outputs, stride, padding, reflect: border === 'reflect' };
}

function bindings(operands: number): BindingKind[] {
  return [...Array.from({ length: operands }, () => 'read' as const), 'write', 'parameters'];
}
