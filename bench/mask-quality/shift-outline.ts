import { distanceTransform, type SizePx } from '@instagan/core/data';

/**
 * Makes an object wider or narrower everywhere.
 *
 * @param mask `[height, width]`, object > 0
 * @param shift how far its outline moves, as a share of the radius of a disc of its area: above 0 outwards
 * @returns another mask, -1 and 1; the object as it was where nothing of it would be left
 */
export function shiftOutline(mask: Float32Array, { width, height }: SizePx, shift: number): Float32Array {
  const object = Uint8Array.from(mask, (value) => (value > 0 ? 1 : 0));
  const radiusPx = Math.sqrt(object.reduce((sum, value) => sum + value, 0) / Math.PI);
  const inside = distanceTransform(object, width, height);
  const outside = distanceTransform(
    object.map((value) => 1 - value),
    width,
    height,
  );
  const shifted = Float32Array.from(object, (_, i) =>
    (inside[i] as number) - (outside[i] as number) + shift * radiusPx > 0 ? 1 : -1,
  );
  return shifted.includes(1) ? shifted : Float32Array.from(object, (value) => (value === 1 ? 1 : -1));
}
