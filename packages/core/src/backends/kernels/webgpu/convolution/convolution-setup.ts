import type { DawnToggles } from '../../../../runtime/dawn-toggles.ts';
import { adapterName, type GpuAdapter } from '../../../../runtime/gpu-host.ts';
import type { Dispatcher } from '../device/dispatcher.ts';
import type { ConvolutionOptions } from './convolution-kernels.ts';
import { listedMatrixUnit, provenMatrixTiles } from './matrix-units.ts';
import { cachedTimes } from './tile-cache.ts';
import {
  type MatrixTileShape,
  MIN_TILE_SHAPE,
  TILE_SHAPES,
  type TileShape,
  tileName,
  usualTileShape,
  workgroupOf,
} from './tile-shape.ts';
import { shippedRanking } from './tile-tables.ts';
import { rankedTile, rankingOf, timeTiles } from './tile-tuning.ts';

export interface ConvolutionSetup {
  readonly adapter: GpuAdapter;
  /** Switches of Dawn, which the times of kernels depend on; undefined where there are none. */
  readonly toggles: DawnToggles | undefined;
  /** Whether the GPU is emulated on the CPU. */
  readonly software: boolean;
  /** `mixed`: products in half precision where the adapter has it. */
  readonly precision: 'full' | 'mixed';
  /** `true` measures tiles where no table for the adapter is shipped, `always` also there; `false` takes the usual ones. */
  readonly tuning: boolean | 'always';
  /** Receives one sentence for everything that did not go as asked. */
  readonly log?: ((message: string) => void) | undefined;
}

/** Decides how convolutions are computed on this adapter. */
export async function setUpConvolutions(dispatcher: Dispatcher, setup: ConvolutionSetup): Promise<ConvolutionOptions> {
  const { adapter, software, precision, tuning, log } = setup;
  const half = precision === 'mixed' && dispatcher.device.features.has('shader-f16');
  if (precision === 'mixed' && !half) {
    log?.(`The GPU ${adapterName(adapter)} has no half precision (shader-f16): it computes in full precision.`);
  }
  const products = half ? 'f16' : 'f32';
  if (software) return { chooseTile: () => MIN_TILE_SHAPE, specialised: false, products };

  const plain = TILE_SHAPES.filter((tile) => dispatcher.hasRoomFor(workgroupOf(tile, half ? 2 : 4)));
  const matrix = half ? await matrixTiles(dispatcher, setup) : undefined;
  const options = { products, ...(matrix && { matrixUnit: matrix.unit }) } as const;
  const wide: readonly (TileShape | MatrixTileShape)[] = matrix?.tiles ?? plain.filter(({ columns }) => columns > 4);
  const measured = async () =>
    rankingOf(await cachedTimes(factsOf(setup, wide), () => timeTiles(dispatcher, wide, options)));
  const shipped = tuning === true ? shippedRanking(adapter, matrix ? 'matrix' : products) : undefined;
  const ranking = tuning === false ? undefined : (shipped ?? (await measured()));
  return {
    ...options,
    specialised: true,
    chooseTile: (size) => {
      if (size.columns <= 4) return usualTileShape(size, plain);
      return ranking === undefined ? usualTileShape(size, wide) : rankedTile(ranking, wide, size);
    },
  };
}

async function matrixTiles(dispatcher: Dispatcher, { adapter, log }: ConvolutionSetup) {
  const unit = listedMatrixUnit(adapter);
  if (unit === undefined) return undefined;
  const tiles = await provenMatrixTiles(dispatcher, unit);
  if (tiles.length > 0) return { unit, tiles };
  log?.(`The matrix unit of the GPU ${adapterName(adapter)} does not compute what it should: it is not used.`);
  return undefined;
}

/** What a measurement depends on. */
function factsOf(
  { adapter: { info }, precision, toggles }: ConvolutionSetup,
  tiles: readonly (TileShape | MatrixTileShape)[],
) {
  const { vendor, architecture, device, description } = info;
  return [vendor, architecture, device, description, precision, JSON.stringify(toggles ?? {}), ...tiles.map(tileName)];
}
