// The inner loops of the convolutions: a few output positions times a few output channels, held in registers.
import { declareSums, each, steps } from './register-tile.js';

const POSITIONS = 4;

/** @param vectors of 4 channels */
function tile(name, vectors, channels, storeSums) {
  return `
/** ${POSITIONS} positions by ${channels} channels; \`columns\` of them are stored. */
export function ${name}(
  table: usize,
  panel: usize,
  runs: i32,
  run: i32,
  rowBytes: usize,
  offset: usize,
  columns: i32,
): void {
  ${each(POSITIONS, (i) => `let a${i} = load<usize>(table, ${8 * i});`)}
  ${declareSums(POSITIONS, vectors, (column) => `v128.load(panel, ${16 * column})`)}
  let b = panel + ${16 * vectors};
  const whole = (<usize>((run - 1) & ~3)) << 2;
  const skip = rowBytes - whole;
  const rest = ((<usize>run) << ${vectors === 2 ? 5 : 4}) - whole * ${4 * vectors};
  for (let y = 0; y < runs; y++) {
    let left = run;
    while (true) {
      ${steps(4, { rows: POSITIONS, columns: vectors, right: 'b', left: (row, step) => `a${row}, ${4 * step}`, counter: 'left' })}
      b += ${64 * vectors};
      ${each(POSITIONS, (i) => `a${i} += 16;`)}
    }
    b += rest;
    ${each(POSITIONS, (i) => `a${i} += skip;`)}
  }
  ${each(POSITIONS, (i) => storeSums(`offset + load<usize>(table, ${8 * i + 4})`, i))}
}
`;
}

export default `
// \`table\` lists, for each position, the address of its first input value and of its output (two u32). The input of a
// position is \`runs\` stretches of \`run\` contiguous floats, \`rowBytes\` apart: in NHWC a kernel row of a pixel is one
// contiguous stretch. \`offset\` is added to each output address. \`panel\` holds the bias and then the filter, in the order in
// which it is read.
import { madd } from './simd';

/** Positions that a column tile computes at once. */
export const TILE_POSITIONS = ${POSITIONS};

function storeFour(out: usize, value: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(out, value);
    return;
  }
  store<f32>(out, f32x4.extract_lane(value, 0));
  if (columns > 1) store<f32>(out, f32x4.extract_lane(value, 1), 4);
  if (columns > 2) store<f32>(out, f32x4.extract_lane(value, 2), 8);
}

function storeEight(out: usize, low: v128, high: v128, columns: i32): void {
  v128.store(out, low);
  storeFour(out + 16, high, columns - 4);
}
${tile('tileEight', 2, '5 to 8', (out, i) => `storeEight(${out}, c${i}0, c${i}1, columns);`)}
${tile('tileFour', 1, '1 to 4', (out, i) => `storeFour(${out}, c${i}0, columns);`)}
`;
