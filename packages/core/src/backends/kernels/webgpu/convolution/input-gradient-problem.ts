import type { GemmProblem } from './gemm-source.ts';
import {
  at,
  type ConvolutionStructure,
  type Epilogue,
  element,
  filterValues,
  four,
  header,
  phaseStride,
  SCALED_OPERANDS,
  type SourceOptions,
  textOf,
} from './problem-source.ts';

/**
 * dx = the transpose of the convolution applied to dy. Positions whose distance to the first tap leaves the same
 * remainder modulo the stride see the same taps: each such phase, one z, is a product of its own. Rows are positions
 * of dx, the depth is taps and outputs, columns are inputs.
 */
export function inputGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { outputs, reflect } = structure;
  const { kernelHeight, kernelWidth, top, bottom, left, right, stride, ...text } = textOf(structure, specialised);
  const dense = phaseStride(structure) !== structure.stride;
  const step = dense ? '1' : stride;
  // Without phases every position sees all taps; a number that is written out makes divisions cheap.
  const tapsX = step === '1' ? kernelWidth : 'max(1, problem.taps_x)';
  const source = `${header([outputs, outputs, 1], false, half ? SCALED_OPERANDS.inputGradient : [])}
struct Problem {
  rows: i32, first: i32, end: i32,
  tap_y: i32, tap_x: i32, taps_x: i32, start_y: i32, start_x: i32, count_y: i32, count_x: i32,
}
fn problem_of(z: u32) -> Problem {
  let tap_y = i32(z) / ${step};
  let tap_x = i32(z) % ${step};
  let taps_y = max(0, (${kernelHeight} + ${step} - 1 - tap_y) / ${step});
  let taps_x = max(0, (${kernelWidth} + ${step} - 1 - tap_x) / ${step});
  let start_y = tap_y - ${top} + (max(0, ${top} - tap_y) + ${step} - 1) / ${step} * ${step};
  let start_x = tap_x - ${left} + (max(0, ${left} - tap_x) + ${step} - 1) / ${step} * ${step};
  let count_y = max(0, (p.height - start_y + ${step} - 1) / ${step});
  let count_x = max(0, (p.width - start_x + ${step} - 1) / ${step});
  let end = taps_y * taps_x * ${text.outputs};
  return Problem(p.batch * count_y * count_x, 0, end, tap_y, tap_x, taps_x, start_y, start_x, count_y, count_x);
}
${reflect ? MIRRORED : ''}
/** Position in the padded image, and whether the border shows the pixel once more. */
struct RowOfA { image: i32, y: i32, x: i32, reflected: bool }
fn row_of_a(m: i32, problem: Problem) -> RowOfA {
  let positions = max(1, problem.count_y * problem.count_x);
  let position = remainder(m, positions);
  let y = problem.start_y + quotient(position, max(1, problem.count_x)) * ${step};
  let x = problem.start_x + remainder(position, max(1, problem.count_x)) * ${step};
  let reflected = ${reflect ? `near_border(y, ${top}, ${bottom}, p.height) || near_border(x, ${left}, ${right}, p.width)` : 'false'};
  return RowOfA(min(quotient(m, positions), p.batch - 1) * p.out_height * p.out_width, y + ${top}, x + ${left}, reflected);
}
/** dy of which the tap at distance (y, x) is seen, or zero. */
fn gradient_at(image: i32, y: i32, x: i32, channel: i32, wanted: bool) -> ${element(outputs)} {
  let out_y = quotient(y, ${stride});
  let out_x = quotient(x, ${stride});
  let inside = wanted && y >= 0 && x >= 0 && out_y < p.out_height && out_x < p.out_width${
    dense ? ` && y % ${stride} == 0 && x % ${stride} == 0` : ''
  };
  let at = select(0, (image + out_y * p.out_width + out_x) * ${text.outputs} + channel, inside);
  return select(${element(outputs)}(), a_values[${at(outputs, 'at')}], inside);
}
fn value_of_a(row: RowOfA, k: i32, problem: Problem) -> ${element(outputs)} {
  let tap = quotient(k, ${text.outputs});
  let tap_y = problem.tap_y + quotient(tap, ${tapsX}) * ${step};
  let tap_x = problem.tap_x + remainder(tap, ${tapsX}) * ${step};
  let channel = remainder(k, ${text.outputs});
  let wanted = k < problem.end;
  var value = gradient_at(row.image, row.y - tap_y, row.x - tap_x, channel, wanted);
${
  reflect
    ? `  // Few pixels are reflected, and few taps see a reflection: the others must not pay for them.
  if (row.reflected) {
    let ys = mirrored(row.y, ${top}, ${bottom}, p.height) - tap_y;
    let xs = mirrored(row.x, ${left}, ${right}, p.width) - tap_x;
    let y_end = p.out_height * ${stride};
    let x_end = p.out_width * ${stride};
    if (seen(ys.y, y_end) || seen(ys.z, y_end) || seen(xs.y, x_end) || seen(xs.z, x_end)) {
      // A bound that compilers do not know keeps this rare branch short.
      let end = min(3, 2 + p.batch);
      for (var i = 0; i < end; i++) {
        if (!seen(ys[i], y_end)) { continue; }
        for (var j = select(0, 1, i == 0); j < end; j++) {
          if (seen(xs[j], x_end)) { value += gradient_at(row.image, ys[i], xs[j], channel, wanted); }
        }
      }
    }
  }
`
    : ''
}  return value;
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(outputs, (i) => `value_of_a(row, k + ${i}, problem)`)}; }
fn value_of_b(k: i32, n: i32, problem: Problem) -> ${element(outputs)} {
  let tap = quotient(k, ${text.outputs});
  let tap_y = problem.tap_y + quotient(tap, ${tapsX}) * ${step};
  let tap_x = problem.tap_x + remainder(tap, ${tapsX}) * ${step};
  let index = ((tap_y * ${kernelWidth} + tap_x) * ${text.inputs} + n) * ${text.outputs} + remainder(k, ${text.outputs});
  return b_values[${at(outputs, `min(index, ${filterValues({ ...text, kernelHeight, kernelWidth })} - 1)`)}];
}
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${four(outputs, (i) => `value_of_b(k + ${i}, n, problem)`)}; }
fn start_of(m: i32, problem: Problem) -> i32 {
  let positions = problem.count_y * problem.count_x;
  let position = remainder(m, positions);
  let y = problem.start_y + quotient(position, problem.count_x) * ${step};
  let x = problem.start_x + remainder(position, problem.count_x) * ${step};
  return ((quotient(m, positions) * p.height + y) * p.width + x) * ${text.inputs};
}
fn store_one(start: i32, n: i32, value: f32) { if (n < ${text.inputs}) { result[start + n] = value; } }`;
  return { source, columns: text.inputs, aAlong: 'depth', bAlong: 'depth' };
}

/** `mirrored`: the positions of the padded image, along one axis, that hold the same pixel; absent ones far outside. */
const MIRRORED = `fn seen(at: i32, end: i32) -> bool { return at >= 0 && at < end; }
fn near_border(i: i32, before: i32, after: i32, size: i32) -> bool {
  return (i >= 1 && i <= before) || (i < size - 1 && i >= size - 1 - after);
}
fn mirrored(at: i32, before: i32, after: i32, size: i32) -> vec3i {
  let i = at - before;
  let last = size - 1;
  return vec3i(
    at,
    select(-1048576, before - i, i >= 1 && i <= before),
    select(-1048576, before + 2 * last - i, i < last && i >= last - after),
  );
}`;
