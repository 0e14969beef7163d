// Vector helpers shared by the kernels. One source gives two modules: with relaxed SIMD a multiply and an add are one
// fused instruction, without it they are two; the order of the sums is the same in both.

/** c + a * b in each lane. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** c - a * b in each lane. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** The sum of the four lanes, in pairs. */
export function horizontalSum(a: v128): f32 {
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
}

/** Smallest whole number of `size`d parts that cover `count`. */
export function ceilDiv(count: i32, size: i32): i32 {
  return (count + size - 1) / size;
}

export function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

export function max(a: i32, b: i32): i32 {
  return a > b ? a : b;
}
