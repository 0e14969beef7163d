// The inner loops of convolutions with one to three output channels: a column of channels would leave most lanes empty, so the
// lanes hold four consecutive input values instead and are summed at the end.
import { addProducts, each } from './register-tile.js';

/** The positions that a tile computes at once, so that its sums fit the registers. */
const TILES = [
  { name: 'dotOne', channels: 1, positions: 6 },
  { name: 'dotTwo', channels: 2, positions: 4 },
  { name: 'dotThree', channels: 3, positions: 2 },
];

function tile({ name, channels, positions }) {
  const sums = (line) => each(positions, (i) => each(channels, (j) => line(i, j)));
  const loads = (load, bytes) => `
      ${each(channels, (j) => `const w${j} = ${load}(b${j});`)}
      ${each(positions, (i) => `const s${i} = ${load}(a${i});`)}
      ${addProducts(positions, channels, 'w')}
      ${each(channels, (j) => `b${j} += ${bytes};`)}
      ${each(positions, (i) => `a${i} += ${bytes};`)}`;
  return `
/** ${positions} positions by ${channels} channels. */
export function ${name}(table: usize, panel: usize, runs: i32, run: i32, rowBytes: usize): void {
  ${each(positions, (i) => `let a${i} = load<usize>(table, ${8 * i});`)}
  ${sums((i, j) => `let c${i}${j} = f32x4.splat(0);`)}
  let b0 = panel + ${4 * channels};
  ${channels > 1 ? 'const column = (<usize>(runs * run)) << 2;' : ''}
  ${each(channels - 1, (j) => `let b${j + 1} = b${j} + column;`)}
  const quads = run >> 2;
  const rest = run & 3;
  const skip = rowBytes - ((<usize>run) << 2);
  for (let y = 0; y < runs; y++) {
    for (let i = 0; i < quads; i++) {${loads('v128.load', 16)}
    }
    for (let i = 0; i < rest; i++) {${loads('v128.load32_zero', 4)}
    }
    ${each(positions, (i) => `a${i} += skip;`)}
  }
  let out: usize;
  ${each(positions, (i) => [
    `out = load<usize>(table, ${8 * i + 4});`,
    each(channels, (j) => `store<f32>(out, horizontalSum(c${i}${j}) + load<f32>(panel, ${4 * j}), ${4 * j});`),
  ])}
}
`;
}

export default `
// The arguments are those of column-tiles; the panel is the bias of each channel, then the filter channel by channel.
import { horizontalSum, madd } from './simd';

/** Positions that a dot tile for so many channels computes at once. */
export function dotPositions(channels: i32): i32 {
  return ${TILES.map(({ channels, positions }) => (channels === 3 ? positions : `channels === ${channels} ? ${positions} : `)).join('')};
}
${TILES.map(tile).join('')}
`;
