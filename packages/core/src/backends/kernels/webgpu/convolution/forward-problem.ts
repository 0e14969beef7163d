import type { GemmProblem } from './gemm-source.ts';
import {
  type ConvolutionStructure,
  type Epilogue,
  element,
  filterValues,
  four,
  header,
  imageAt,
  SCALED_OPERANDS,
  type SourceOptions,
  storeColumns,
  textOf,
  vectorAt,
} from './problem-source.ts';

/** y = x * filter: rows are positions of y, the depth is the taps and inputs of the filter, columns are outputs. */
export function forwardProblem(
  structure: ConvolutionStructure,
  epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const source = `${header([inputs, outputs, outputs], epilogue.bias, half ? SCALED_OPERANDS.forward : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32 }
fn problem_of(z: u32) -> Problem {
  let first = i32(z) * p.depth_per_split;
  let rows = p.batch * p.out_height * p.out_width;
  return Problem(rows, first, min(first + p.depth_per_split, ${text.kernelHeight} * ${text.kernelWidth} * ${text.inputs}), i32(z) * p.result_values);
}
struct RowOfA { image: i32, y: i32, x: i32 }
fn row_of_a(m: i32, problem: Problem) -> RowOfA {
  let positions = p.out_height * p.out_width;
  let position = remainder(m, positions);
  return RowOfA(
    min(quotient(m, positions), p.batch - 1) * p.height * p.width,
    quotient(position, p.out_width) * ${text.stride} - ${text.top},
    remainder(position, p.out_width) * ${text.stride} - ${text.left},
  );
}
${imageAt(structure, text)}
fn value_of_a(row: RowOfA, k: i32, problem: Problem) -> ${element(inputs)} {
  let tap = quotient(k, ${text.inputs});
  return image_at(row.image, row.y + quotient(tap, ${text.kernelWidth}), row.x + remainder(tap, ${text.kernelWidth}), remainder(k, ${text.inputs}), k < problem.end);
}
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(inputs, (i) => `value_of_a(row, k + ${i}, problem)`)}; }
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${vectorAt('b_values', outputs, `k * ${text.outputs} + n`, filterValues(text))}; }
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
${storeColumns(outputs, text.outputs, epilogue)}`;
  return { source, columns: text.outputs, aAlong: 'depth', bAlong: 'columns' };
}
