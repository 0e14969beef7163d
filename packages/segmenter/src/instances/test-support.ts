/** A mask drawn as text: `#` is object, anything else background. Rows have one length. */
export function drawn(...rows: readonly string[]): { mask: Uint8Array; width: number; height: number } {
  const width = rows[0]?.length ?? 0;
  return { mask: Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 255 : 0)), width, height: rows.length };
}

/** A mask of discs, `[x, y, radius]` each, in pixels. */
export function discs(
  width: number,
  height: number,
  ...all: readonly (readonly [number, number, number])[]
): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return all.some(([cx, cy, radius]) => (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2) ? 255 : 0;
  });
}
