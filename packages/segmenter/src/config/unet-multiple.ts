/** The U-Net halves height and width at each level, and doubles them again: both must be multiples of this, in pixels. */
export function unetMultiplePx(levels: number): number {
  return 2 ** levels;
}
