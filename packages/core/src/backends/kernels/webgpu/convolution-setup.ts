import { adapterName, type GpuAdapter } from '../../../runtime/gpu-host.ts';
import type { ConvolutionOptions } from './convolution-kernels.ts';
import type { Dispatcher } from './dispatcher.ts';
import { listedMatrixUnit, provenMatrixTiles } from './matrix-units.ts';
import { cachedRanking } from './tile-cache.ts';
import {
  LEAST_TILE_SHAPE,
  type MatrixTileShape,
  sharedBytesOf,
  TILE_SHAPES,
  type TileShape,
  threadsOf,
  usualTileShape,
} from './tile-shape.ts';
import { rankedTile, rankTiles } from './tile-tuning.ts';

export interface ConvolutionSetup {
  readonly adapter: GpuAdapter;
  /** Whether the GPU is emulated on the CPU. */
  readonly software: boolean;
  /** `mixed`: products in half precision where the adapter has it. */
  readonly precision: 'full' | 'mixed';
  /** Whether tile shapes may be measured; else the usual ones are taken. */
  readonly tuning: boolean;
  /** Receives one sentence for everything that did not go as asked. */
  readonly log?: ((message: string) => void) | undefined;
}

/** Decides how convolutions are computed on this adapter. */
export async function setUpConvolutions(dispatcher: Dispatcher, setup: ConvolutionSetup): Promise<ConvolutionOptions> {
  const { adapter, software, precision, log } = setup;
  const half = precision === 'mixed' && dispatcher.device.features.has('shader-f16');
  if (precision === 'mixed' && !half) {
    log?.(`The GPU ${adapterName(adapter)} has no half precision (shader-f16): it computes in full precision.`);
  }
  const products = half ? 'f16' : 'f32';
  if (software) return { chooseTile: () => LEAST_TILE_SHAPE, specialised: false, products };

  const plain = TILE_SHAPES.filter((tile) => fitsDevice(dispatcher, tile, half ? 2 : 4));
  const matrix = half ? await matrixTiles(dispatcher, setup) : undefined;
  const options = { products, ...(matrix && { matrixUnit: matrix.unit }) } as const;
  const wide: readonly (TileShape | MatrixTileShape)[] = matrix?.tiles ?? plain.filter(({ columns }) => columns > 4);
  const ranking = setup.tuning
    ? await cachedRanking(adapterFacts(setup, wide), () => rankTiles(dispatcher, wide, options))
    : undefined;
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

function fitsDevice({ device: { limits } }: Dispatcher, tile: TileShape, bytesPerValue: number): boolean {
  return (
    threadsOf(tile) <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    sharedBytesOf(tile, bytesPerValue) <= limits.maxComputeWorkgroupStorageSize
  );
}

/** What a measurement depends on. */
function adapterFacts({ adapter: { info }, precision }: ConvolutionSetup, tiles: readonly object[]): string[] {
  const { vendor, architecture, device, description } = info;
  return [vendor, architecture, device, description, precision, JSON.stringify(tiles)];
}
