// Plain loops: `from` with a function takes ten times as long, and frames of videos go through here.

/** @param bytes 0 … 255  @returns values in [-1, 1]: `byte / 127.5 - 1` */
export function valuesFromBytes(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = (bytes[i] as number) / 127.5 - 1;
  return values;
}

/** @param values in [-1, 1]; what lies outside is clamped  @returns 0 … 255, rounded to the nearest */
export function bytesFromValues(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[i] = Math.round((Math.min(1, Math.max(-1, values[i] as number)) + 1) * 127.5);
  }
  return bytes;
}

/** @param bytes grey, object > 127  @returns -1 background and 1 object */
export function maskFromBytes(bytes: Uint8Array): Float32Array {
  const mask = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) mask[i] = (bytes[i] as number) > 127 ? 1 : -1;
  return mask;
}

/** @param mask values in [-1, 1], object > 0  @returns 0 background and 255 object */
export function bytesFromMask(mask: Float32Array): Uint8Array {
  const bytes = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) bytes[i] = (mask[i] as number) > 0 ? 255 : 0;
  return bytes;
}

/**
 * Soft masks of one image as bytes whose sum is the rounded sum of the masks: what each mask loses by rounding goes to the
 * next, so that the union of many nearly empty masks stays exact. Each byte is within 1 of its mask.
 *
 * @param masks values in [-1, 1], all of one length
 * @returns for each mask, 0 background … 255 object
 */
export function bytesFromSoftMasks(masks: readonly Float32Array[]): Uint8Array[] {
  const sums = new Float64Array(masks[0]?.length ?? 0);
  return masks.map((mask) =>
    Uint8Array.from(mask, (value, i) => {
      const before = Math.round(sums[i] as number);
      const sum = (sums[i] as number) + (Math.min(1, Math.max(-1, value)) + 1) * 127.5;
      sums[i] = sum;
      return Math.min(255, Math.round(sum) - before);
    }),
  );
}
