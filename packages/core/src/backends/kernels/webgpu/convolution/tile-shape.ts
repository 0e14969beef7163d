/**
 * How a matrix product is cut up: a workgroup computes a tile of `rows` x `columns` results, `depth` products at a time
 * through shared memory; an invocation computes `rowsPerThread` x `columnsPerThread` of them in registers.
 */
export interface TileShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly rowsPerThread: number;
  readonly columnsPerThread: number;
  /** Whether the next values are read from memory while these are multiplied: faster on a GPU, twice the code. */
  readonly prefetch: boolean;
}

/** Sizes of the product that a subgroup computes in one instruction (tensor cores), in half precision with float32 sums. */
export interface MatrixUnit {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Invocations of a subgroup, always. */
  readonly subgroupSize: number;
}

/** As {@link TileShape}, for a matrix unit: each subgroup computes `subgroupRows` x `subgroupColumns` results. */
export interface MatrixTileShape {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
}

/** From large to small. */
export const MATRIX_TILE_SHAPES = [
  { rows: 128, columns: 256, depth: 32, subgroupRows: 64, subgroupColumns: 64 },
  { rows: 128, columns: 128, depth: 32, subgroupRows: 64, subgroupColumns: 64 },
  { rows: 128, columns: 64, depth: 32, subgroupRows: 32, subgroupColumns: 32 },
  { rows: 64, columns: 64, depth: 32, subgroupRows: 32, subgroupColumns: 32 },
  { rows: 64, columns: 32, depth: 32, subgroupRows: 16, subgroupColumns: 32 },
] as const satisfies readonly MatrixTileShape[];

/** What a workgroup takes: its invocations, and bytes of shared memory. */
export interface WorkgroupSize {
  readonly threads: number;
  readonly sharedBytes: number;
}

/** @param bytesPerValue of operands in shared memory, whose runs along the depth are padded by a vector */
export function workgroupOf(tile: TileShape, bytesPerValue: number): WorkgroupSize {
  const { rows, columns, depth, rowsPerThread, columnsPerThread } = tile;
  return {
    threads: (rows / rowsPerThread) * (columns / columnsPerThread),
    sharedBytes: (rows + columns) * (depth + 4) * bytesPerValue,
  };
}

/** Vectors of four half-precision values between runs in shared memory: matrix loads want runs that start at multiples of 16 bytes. */
export const MATRIX_TILE_PADDING = 2;

/** As {@link workgroupOf}; each subgroup also passes one block of float32 results through shared memory. */
export function matrixWorkgroupOf(tile: MatrixTileShape, unit: MatrixUnit): WorkgroupSize {
  const { rows, columns, depth, subgroupRows, subgroupColumns } = tile;
  const subgroups = (rows / subgroupRows) * (columns / subgroupColumns);
  const operandBytes = 2 * (rows + columns) * (depth + 4 * MATRIX_TILE_PADDING);
  return {
    threads: subgroups * unit.subgroupSize,
    sharedBytes: operandBytes + 4 * subgroups * unit.rows * unit.columns,
  };
}

/** Names a tile in files and tables, such as `128x64x16 8x8` or, for a matrix unit, `128x64x32 subgroups 32x32`. */
export function tileName(tile: TileShape | MatrixTileShape): string {
  const { rows, columns, depth } = tile;
  const part =
    'subgroupRows' in tile
      ? `subgroups ${tile.subgroupRows}x${tile.subgroupColumns}`
      : `${tile.rowsPerThread}x${tile.columnsPerThread}`;
  return `${rows}x${columns}x${depth} ${part}`;
}

/** From large to small; all dimensions are powers of two. */
export const TILE_SHAPES = [
  { rows: 128, columns: 128, depth: 16, rowsPerThread: 8, columnsPerThread: 8, prefetch: true },
  { rows: 128, columns: 64, depth: 16, rowsPerThread: 8, columnsPerThread: 8, prefetch: true },
  { rows: 64, columns: 64, depth: 16, rowsPerThread: 8, columnsPerThread: 4, prefetch: true },
  { rows: 64, columns: 64, depth: 16, rowsPerThread: 4, columnsPerThread: 4, prefetch: true },
  { rows: 64, columns: 32, depth: 16, rowsPerThread: 4, columnsPerThread: 4, prefetch: true },
  { rows: 32, columns: 32, depth: 16, rowsPerThread: 4, columnsPerThread: 4, prefetch: true },
  { rows: 128, columns: 4, depth: 16, rowsPerThread: 4, columnsPerThread: 4, prefetch: true },
] as const satisfies readonly TileShape[];

/** For a GPU emulated on the CPU, where compiling a program takes longer than running it. */
export const MIN_TILE_SHAPE: TileShape = {
  rows: 16,
  columns: 16,
  depth: 4,
  rowsPerThread: 4,
  columnsPerThread: 4,
  prefetch: false,
};

/** Tiles of a product below which a large GPU has idle processors. */
const WANTED_TILES = 256;

/**
 * A shape that is good on most GPUs: the largest whose tiles are many enough, and not much larger than the product.
 *
 * @param shapes those to choose from, from large to small
 */
export function usualTileShape<T extends TileShape | MatrixTileShape>(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  shapes: readonly T[],
): T {
  const narrow = columns <= 4;
  const fitting = shapes.filter((tile) => (narrow ? tile.columns === 4 : tile.columns > 4));
  const least = fitting.at(-1) ?? (shapes.at(-1) as T);
  const tiles = (tile: T) => Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  return fitting.find((tile) => tile.columns < 2 * columns && tiles(tile) >= WANTED_TILES) ?? least;
}
