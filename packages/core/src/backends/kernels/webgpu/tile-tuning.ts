import * as tf from '@tensorflow/tfjs';
import { ConvolutionKernels, type ConvolutionOptions, type ProductSize } from './convolution-kernels.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { MatrixTileShape, TileShape } from './tile-shape.ts';

type AnyTile = TileShape | MatrixTileShape;

/** Layers of the networks at which tiles are compared: those that most of the time goes into, in large and in small. */
const LAYERS = [
  { side: 52, inputs: 256, outputs: 256 },
  { side: 100, inputs: 128, outputs: 128 },
  { side: 24, inputs: 256, outputs: 256 },
  { side: 32, inputs: 64, outputs: 64 },
] as const;
const BATCH = 2;

/** Runs between two looks at the clock, rounds of which the best counts. */
const RUNS = 10;
const ROUNDS = 3;

/** For each kind of product, what was best at each of {@link LAYERS}: indices into the tiles compared. */
export interface TileRanking {
  readonly forward: readonly number[];
  readonly inputGradient: readonly number[];
  readonly filterGradient: readonly number[];
}

/** Measures all tiles on the device. Takes some seconds, most of them to compile the programs. */
export async function rankTiles(
  dispatcher: Dispatcher,
  tiles: readonly AnyTile[],
  options: Omit<ConvolutionOptions, 'chooseTile' | 'specialised'>,
): Promise<TileRanking> {
  const kernels = tiles.map(
    (tile) => new ConvolutionKernels(dispatcher, { ...options, chooseTile: () => tile, specialised: false }),
  );
  const ranking = { forward: [] as number[], inputGradient: [] as number[], filterGradient: [] as number[] };
  for (const { side, inputs, outputs } of LAYERS) {
    const filterShape = [3, 3, inputs, outputs] as const;
    const inputShape = [BATCH, side, side, inputs] as const;
    const x = tf.zeros([...inputShape]);
    const dy = tf.zeros([BATCH, side, side, outputs]);
    const filter = tf.zeros([...filterShape]);
    const geometry = { stride: 1, padding: [1, 1, 1, 1], border: 'zero' } as const;
    const run = {
      forward: (k: ConvolutionKernels) => k.forward({ x, filter }, { ...geometry, activation: 'none', slope: 0 }),
      inputGradient: (k: ConvolutionKernels) => k.inputGradient({ dy, filter }, { ...geometry, inputShape }),
      filterGradient: (k: ConvolutionKernels) => k.filterGradient({ x, dy }, { ...geometry, filterShape }),
    };
    for (const kind of ['forward', 'inputGradient', 'filterGradient'] as const) {
      const times: number[] = [];
      for (const kernel of kernels) times.push(await timeMs(dispatcher, () => run[kind](kernel)));
      ranking[kind].push(times.indexOf(Math.min(...times)));
    }
    tf.dispose([x, dy, filter]);
  }
  return ranking;
}

/** The least time of a few rounds, after one to warm up. */
async function timeMs(dispatcher: Dispatcher, run: () => tf.TensorInfo): Promise<number> {
  const round = async (runs: number) => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) tf.engine().makeTensorFromTensorInfo(run()).dispose();
    dispatcher.stream.submit();
    await dispatcher.device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  await round(1);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) least = Math.min(least, await round(RUNS));
  return least;
}

/** The tile that was best at the layer most like this product. */
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
  return tiles[ranking[size.kind][nearest] as number] as T;
}
