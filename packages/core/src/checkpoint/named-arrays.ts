/** Element types that named arrays hold; half and bfloat16 are widened to Float32Array when read. */
export type NumericArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** One array on the host: row-major `data` whose length is the product of `shape` (1 for the shape []). */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: NumericArray;
}

/** Arrays by name, such as a network's parameters: `imageEncoder.conv0.weight` -> [7, 7, 3, 64]. */
export type NamedArrays = ReadonlyMap<string, NamedArray>;

/**
 * Number of elements of a shape, or `null` if a size is negative, not whole, or the product is beyond 2^53: shapes
 * that come from a file are checked with this before anything is allocated.
 */
export function elementCount(shape: readonly unknown[]): number | null {
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
    count *= size;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}
