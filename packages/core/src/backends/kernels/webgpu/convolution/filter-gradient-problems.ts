import type { GemmProblem } from './gemm-source.ts';
import {
  type ConvolutionStructure,
  type Epilogue,
  element,
  four,
  header,
  imageAt,
  NO_EPILOGUE,
  SCALED_OPERANDS,
  type SourceOptions,
  storeColumns,
  textOf,
  vectorAt,
} from './problem-source.ts';

/** The filter's gradient: rows are taps and inputs, the depth is positions of dy, columns are outputs. */
export function filterGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const source = `${header([inputs, outputs, outputs], false, half ? SCALED_OPERANDS.filterGradient : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32 }
fn problem_of(z: u32) -> Problem {
  let first = i32(z) * p.depth_per_split;
  let end = min(first + p.depth_per_split, p.batch * p.out_height * p.out_width);
  return Problem(${text.kernelHeight} * ${text.kernelWidth} * ${text.inputs}, first, end, i32(z) * p.result_values);
}
${imageAt(structure, text)}
fn value_of_a(m: i32, k: i32, problem: Problem) -> ${element(inputs)} {
  let positions = p.out_height * p.out_width;
  let position = remainder(k, positions);
  let tap = quotient(m, ${text.inputs});
  return image_at(
    quotient(k, positions) * p.height * p.width,
    quotient(position, p.out_width) * ${text.stride} - ${text.top} + quotient(tap, ${text.kernelWidth}),
    remainder(position, p.out_width) * ${text.stride} - ${text.left} + remainder(tap, ${text.kernelWidth}),
    remainder(m, ${text.inputs}),
    k < problem.end,
  );
}
${rowsOfInputs(inputs)}
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f { return ${vectorAt('b_values', outputs, `k * ${text.outputs} + n`, `p.batch * p.out_height * p.out_width * ${text.outputs}`)}; }
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
${storeColumns(outputs, text.outputs, NO_EPILOGUE)}`;
  return { source, columns: text.outputs, aAlong: 'rows', bAlong: 'columns' };
}

/** Whether {@link narrowFilterGradientProblem} is the better one: few outputs would leave most of a tile empty. */
export function isNarrow({ outputs, inputs, kernelHeight, kernelWidth, stride }: ConvolutionStructure): boolean {
  return stride === 1 && outputs <= 4 && outputs < inputs && kernelHeight * kernelWidth > 1;
}

/**
 * The filter's gradient of a layer with few outputs and stride 1: rows are inputs, the depth is positions of the padded x, columns are
 * taps and outputs. So dy is gathered, of which there is little, and x is read once.
 */
export function narrowFilterGradientProblem(
  structure: ConvolutionStructure,
  _epilogue: Epilogue,
  { specialised, half }: SourceOptions,
): GemmProblem {
  const { inputs, outputs } = structure;
  const text = textOf(structure, specialised);
  const columns = `${text.kernelHeight} * ${text.kernelWidth} * ${text.outputs}`;
  const dyAt = outputs % 4 === 0 ? 'b_values[at >> 2u][at & 3]' : 'b_values[at]';
  const source = `${header([inputs, outputs, 1], false, half ? SCALED_OPERANDS.filterGradient : [])}
struct Problem { rows: i32, first: i32, end: i32, slab: i32, height: i32, width: i32 }
fn problem_of(z: u32) -> Problem {
  let height = p.height + ${text.top} + ${text.bottom};
  let width = p.width + ${text.left} + ${text.right};
  let first = i32(z) * p.depth_per_split;
  let end = min(first + p.depth_per_split, p.batch * height * width);
  return Problem(${text.inputs}, first, end, i32(z) * p.result_values, height, width);
}
${imageAt(structure, text)}
/** Image, row and column of a position of the padded x. */
fn place_of(k: i32, problem: Problem) -> vec3i {
  let positions = problem.height * problem.width;
  let position = remainder(k, positions);
  return vec3i(quotient(k, positions), quotient(position, problem.width), remainder(position, problem.width));
}
fn value_of_a(m: i32, k: i32, problem: Problem) -> ${element(inputs)} {
  let place = place_of(k, problem);
  let channel = min(m, ${text.inputs} - ${inputs % 4 === 0 ? 4 : 1});
  return image_at(place.x * p.height * p.width, place.y - ${text.top}, place.z - ${text.left}, channel, k < problem.end);
}
${rowsOfInputs(inputs)}
fn value_of_b(place: vec3i, n: i32, wanted: bool) -> f32 {
  let tap = quotient(n, ${text.outputs});
  let y = place.y - quotient(tap, ${text.kernelWidth});
  let x = place.z - remainder(tap, ${text.kernelWidth});
  let inside = wanted && n < ${columns} && y >= 0 && x >= 0 && y < p.out_height && x < p.out_width;
  let at = select(0, ((place.x * p.out_height + y) * p.out_width + x) * ${text.outputs} + remainder(n, ${text.outputs}), inside);
  return select(0.0, ${dyAt}, inside);
}
fn load_b(k: i32, n: i32, problem: Problem) -> vec4f {
  let place = place_of(k, problem);
  let wanted = k < problem.end;
  return vec4f(${[0, 1, 2, 3].map((i) => `value_of_b(place, n + ${i}, wanted)`).join(', ')});
}
fn start_of(m: i32, problem: Problem) -> i32 { return problem.slab + m * ${text.outputs}; }
fn store(start: i32, n: i32, values: vec4f) {
  for (var i = 0; i < 4; i++) {
    let column = n + i;
    if (column >= ${columns}) { return; }
    let tap = quotient(column, ${text.outputs});
    result[start + tap * ${text.inputs} * ${text.outputs} + remainder(column, ${text.outputs})] = values[i];
  }
}`;
  return { source, columns: `(${columns})`, aAlong: 'rows', bAlong: 'columns' };
}

/** A of a problem whose rows begin with inputs: `value_of_a` gives what neighbouring rows have at k. */
function rowsOfInputs(inputs: number): string {
  return `struct RowOfA { m: i32 }
fn row_of_a(m: i32, problem: Problem) -> RowOfA { return RowOfA(m); }
fn load_a(row: RowOfA, k: i32, problem: Problem) -> vec4f { return ${four(inputs, (i) => `value_of_a(row.m + ${i}, k, problem)`)}; }`;
}
