const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The bits of a float32, to pass it among integer parameters. */
export function floatBits(value: number): number {
  float[0] = value;
  return bits[0] as number;
}

/** `count / size`, rounded up. */
export function ceilDiv(count: number, size: number): number {
  return Math.ceil(count / size);
}
