import type { GpuAdapter } from '../../../../runtime/gpu-host.ts';
import type { TileRanking } from './tile-tuning.ts';

/** The best tiles of a family of GPUs, as `bench/portable` measured them. */
export interface TileTable {
  /** The family, in what its adapters call themselves: `info.vendor`, and a pattern for `info.device`. */
  readonly vendor: string;
  readonly device: RegExp;
  /** How products are computed: in float32, in half precision, or in half precision on a matrix unit. */
  readonly products: 'f32' | 'f16' | 'matrix';
  /** The card and driver that were measured. */
  readonly measuredOn: string;
  readonly ranking: TileRanking;
}

/** GPUs that start without a measurement of their own. */
const TABLES: readonly TileTable[] = [
  {
    vendor: 'nvidia',
    device: /\bh[12]00\b/,
    products: 'f32',
    measuredOn: 'NVIDIA H100 80GB HBM3, driver 580.159.04',
    ranking: {
      forward: ['128x128x16 8x8', '64x64x16 4x4', '128x128x16 8x8', '32x32x16 4x4'],
      inputGradient: ['64x64x16 4x4', '64x64x16 4x4', '64x64x16 4x4', '32x32x16 4x4'],
      filterGradient: ['128x64x16 8x8', '128x128x16 8x8', '128x64x16 8x8', '64x32x16 4x4'],
    },
  },
  {
    vendor: 'nvidia',
    device: /\bh[12]00\b/,
    products: 'matrix',
    measuredOn: 'NVIDIA H100 80GB HBM3, driver 580.159.04',
    ranking: {
      forward: [
        '128x256x32 subgroups 64x64',
        '64x64x32 subgroups 32x32',
        '128x256x32 subgroups 64x64',
        '64x32x32 subgroups 16x32',
      ],
      inputGradient: [
        '128x128x32 subgroups 64x64',
        '128x64x32 subgroups 32x32',
        '64x64x32 subgroups 32x32',
        '64x32x32 subgroups 16x32',
      ],
      filterGradient: [
        '128x256x32 subgroups 64x64',
        '128x128x32 subgroups 64x64',
        '128x128x32 subgroups 64x64',
        '64x32x32 subgroups 16x32',
      ],
    },
  },
];

/** The table for an adapter, if its family was measured. */
export function shippedRanking({ info }: GpuAdapter, products: TileTable['products']): TileRanking | undefined {
  return TABLES.find(
    (table) => table.vendor === info.vendor && table.device.test(info.device) && table.products === products,
  )?.ranking;
}
