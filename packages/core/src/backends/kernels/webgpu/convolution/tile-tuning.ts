import * as tf from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import { ConvolutionKernels, type ConvolutionOptions, type ProductSize } from './convolution-kernels.ts';
import { type MatrixTileShape, type TileShape, tileName, usualTileShape } from './tile-shape.ts';

type AnyTile = TileShape | MatrixTileShape;

export const PRODUCT_KINDS = [
  'forward',
  'inputGradient',
  'filterGradient',
] as const satisfies readonly ProductSize['kind'][];

/** Layers of the networks at which tiles are compared: those that most of the time goes into, in large and in small. */
const LAYERS = [
  { side: 52, inputs: 256, outputs: 256 },
  { side: 100, inputs: 128, outputs: 128 },
  { side: 24, inputs: 256, outputs: 256 },
  { side: 32, inputs: 64, outputs: 64 },
] as const;
const BATCH = 2;

/** Runs between two looks at the clock, rounds of which the best counts. */
const RUNS = 32;
const ROUNDS = 3;

/** Milliseconds of one product with each tile, by the tile's name, at each of {@link LAYERS}. */
export type TileTimes = Readonly<Record<ProductSize['kind'], readonly Readonly<Record<string, number>>[]>>;

/** For each kind of product, the name of the tile that was best at each of {@link LAYERS}. */
export type TileRanking = Readonly<Record<ProductSize['kind'], readonly string[]>>;

/** Measures all tiles on the device. Takes some seconds, most of them to compile the programs. */
export async function timeTiles(
  dispatcher: Dispatcher,
  tiles: readonly AnyTile[],
  options: Omit<ConvolutionOptions, 'chooseTile' | 'specialised'>,
): Promise<TileTimes> {
  const kernels = tiles.map(
    (tile) => new ConvolutionKernels(dispatcher, { ...options, chooseTile: () => tile, specialised: true }),
  );
  const times: Record<ProductSize['kind'], Record<string, number>[]> = {
    forward: [],
    inputGradient: [],
    filterGradient: [],
  };
  for (const { side, inputs, outputs } of LAYERS) {
    const filterShape = [3, 3, inputs, outputs] as const;
    const inputShape = [BATCH, side, side, inputs] as const;
    // Not zeros, with which a GPU draws less power and runs faster.
    const [x, dy, filter] = [inputShape, [BATCH, side, side, outputs], filterShape].map((shape) =>
      tf.randomUniform([...shape], -1, 1),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const geometry = { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' } as const;
    const run = {
      forward: (k: ConvolutionKernels) => k.forward({ x, filter }, { ...geometry, activation: 'none', slope: 0 }),
      inputGradient: (k: ConvolutionKernels) => k.inputGradient({ dy, filter }, { ...geometry, inputShape }),
      filterGradient: (k: ConvolutionKernels) => k.filterGradient({ x, dy }, { ...geometry, filterShape }),
    };
    for (const kind of PRODUCT_KINDS) {
      const byTile: Record<string, number> = {};
      for (const [i, kernel] of kernels.entries()) {
        byTile[tileName(tiles[i] as AnyTile)] = await timeMs(dispatcher, () => run[kind](kernel));
      }
      times[kind].push(byTile);
    }
    tf.dispose([x, dy, filter]);
  }
  return times;
}

/** The least time of a run in a few rounds, after one to warm up. */
async function timeMs(dispatcher: Dispatcher, run: () => tf.TensorInfo): Promise<number> {
  const round = async (runs: number) => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) tf.engine().makeTensorFromTensorInfo(run()).dispose();
    dispatcher.stream.submit();
    await dispatcher.device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / runs;
  };
  await round(1);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) least = Math.min(least, await round(RUNS));
  return least;
}

/** The fastest tile of each product that was timed. */
export function rankingOf(times: TileTimes): TileRanking {
  const fastest = (byTile: Readonly<Record<string, number>>) =>
    Object.entries(byTile).reduce((best, entry) => (entry[1] < best[1] ? entry : best))[0];
  return {
    forward: times.forward.map(fastest),
    inputGradient: times.inputGradient.map(fastest),
    filterGradient: times.filterGradient.map(fastest),
  };
}

/**
 * The tile that was best at the layer most like this product.
 *
 * @param tiles those that the device can run, from large to small; where the best is not among them, a usual one is taken
 */
export function rankedTile<T extends AnyTile>(ranking: TileRanking, tiles: readonly T[], size: ProductSize): T {
  const distances = LAYERS.map(({ side, inputs, outputs }) => {
    const positions = BATCH * side * side;
    const gradient = size.kind === 'filterGradient';
    const rows = gradient ? 9 * inputs : positions;
    const depth = gradient ? positions : 9 * inputs;
    const apart = (a: number, b: number) => Math.abs(Math.log2(a / b));
    // Too few columns for a tile waste most of it, so they count double.
    return apart(rows, size.rows) + 2 * apart(outputs, size.columns) + apart(depth, size.depth) / 2;
  });
  const nearest = distances.indexOf(Math.min(...distances));
  const best = ranking[size.kind][nearest];
  return tiles.find((tile) => tileName(tile) === best) ?? usualTileShape(size, tiles);
}
