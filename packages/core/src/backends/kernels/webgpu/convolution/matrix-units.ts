import * as tf from '@tensorflow/tfjs';
import type { GpuAdapter } from '../../../../runtime/gpu-host.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import { ConvolutionKernels, type ConvolutionOptions } from './convolution-kernels.ts';
import {
  MATRIX_TILE_SHAPES,
  type MatrixTileShape,
  type MatrixUnit,
  matrixWorkgroupOf,
  TILE_SHAPES,
} from './tile-shape.ts';

/** Largest difference from the products in float32, relative to the largest value: half precision gives about 5e-4. */
const TOLERANCE = 5e-3;

/**
 * The matrix unit (tensor cores) that an adapter lists for half precision with float32 sums.
 *
 * @returns undefined where there is none that the kernels can use, or where the size of subgroups varies
 */
export function listedMatrixUnit({ features, info }: GpuAdapter): MatrixUnit | undefined {
  const { subgroupMatrixConfigs, subgroupMinSize, subgroupMaxSize } = info;
  const usable = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'].every((name) =>
    features.has(name),
  );
  if (!usable || subgroupMinSize === undefined || subgroupMinSize !== subgroupMaxSize) return undefined;
  const units = [...(subgroupMatrixConfigs ?? [])]
    .filter(({ componentType, resultComponentType }) => componentType === 'f16' && resultComponentType === 'f32')
    .map(({ M, N, K }) => ({ rows: M, columns: N, depth: K, subgroupSize: subgroupMinSize }))
    .filter((unit) => MATRIX_TILE_SHAPES.some((tile) => fits(tile, unit)));
  return units.sort((a, b) => b.rows * b.columns * b.depth - a.rows * a.columns * a.depth)[0];
}

function fits({ depth, subgroupRows, subgroupColumns }: MatrixTileShape, unit: MatrixUnit): boolean {
  return (
    depth % unit.depth === 0 &&
    subgroupRows % unit.rows === 0 &&
    subgroupColumns % unit.columns === 0 &&
    Math.min(unit.rows, unit.columns, unit.depth) % 4 === 0
  );
}

/**
 * The tiles with which the unit computes what float32 does, up to rounding: what does not compile, or computes anything
 * else, is left out.
 */
export async function provenMatrixTiles(dispatcher: Dispatcher, unit: MatrixUnit): Promise<MatrixTileShape[]> {
  const expected = await computeAll(dispatcher, {
    chooseTile: () => TILE_SHAPES[5],
    specialised: false,
    products: 'f32',
  });
  const proven: MatrixTileShape[] = [];
  const { device } = dispatcher;
  for (const tile of MATRIX_TILE_SHAPES.filter((tile) => fits(tile, unit))) {
    if (!dispatcher.hasRoomFor(matrixWorkgroupOf(tile, unit))) continue;
    device.pushErrorScope('validation');
    device.pushErrorScope('internal');
    let agrees: boolean;
    try {
      const options = { chooseTile: () => tile, specialised: false, products: 'f16', matrixUnit: unit } as const;
      const actual = await computeAll(dispatcher, options);
      agrees = actual.every((values, i) => difference(values, expected[i] as Float32Array) < TOLERANCE);
    } catch {
      agrees = false;
    }
    const errors = [await device.popErrorScope(), await device.popErrorScope()];
    if (agrees && errors.every((error) => error === null)) proven.push(tile);
  }
  return proven;
}

/** A convolution and its two gradients at sizes that no tile divides. */
async function computeAll(dispatcher: Dispatcher, options: ConvolutionOptions): Promise<Float32Array[]> {
  const kernels = new ConvolutionKernels(dispatcher, options);
  const geometry = { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' } as const;
  const shape = [2, 11, 13, 20] as const;
  const filterShape = [3, 3, 20, 72] as const;
  const tensors = [shape, filterShape, [2, 11, 13, 72]].map((sides, seed) => {
    const values = Float32Array.from({ length: sides.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * (seed + 1.3)));
    return tf.tensor(values, [...sides]);
  });
  const [x, filter, dy] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor];
  const results = [
    kernels.forward({ x, filter }, { ...geometry, activation: 'none', slope: 0 }),
    kernels.inputGradient({ dy, filter }, { ...geometry, inputShape: shape }),
    kernels.filterGradient({ x, dy }, { ...geometry, filterShape }),
  ].map((result) => tf.engine().makeTensorFromTensorInfo(result));
  try {
    return (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
  } finally {
    tf.dispose([...tensors, ...results]);
  }
}

function difference(actual: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let error = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const off = Math.abs((actual[i] as number) - value);
    // Also true of NaN.
    if (!(off <= error)) error = off;
  }
  return error / largest;
}
