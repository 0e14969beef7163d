const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** The value of an IEEE 754 half-precision number given as its 16 bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The 16 bits of the half-precision number nearest to `value` (ties to even; beyond 65504 it becomes infinite). */
export function floatToHalf(value: number): number {
  floats[0] = value;
  const word = words[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal half: a whole number of 2^-24. Multiplying by a power of two is exact, so only the rounding rounds.
    return sign | roundHalfToEven(Math.abs(floats[0] as number) * 2 ** 24);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The value of a bfloat16 (the upper half of a float32) given as its 16 bits. */
export function bfloat16ToFloat(bits: number): number {
  words[0] = (bits << 16) >>> 0;
  return floats[0] as number;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
