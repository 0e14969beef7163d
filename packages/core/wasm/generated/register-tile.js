// What the unrolled loops of register tiles have in common. A tile of sums c<row><column>, each a vector of 4 lanes, stays in
// registers while values s<row> of the left matrix, repeated in all lanes, are multiplied by vectors b<column> of the right one.

/** Lines for 0 … count - 1. */
export const each = (count, line) =>
  Array.from({ length: count }, (_, i) => line(i))
    .flat()
    .join('\n');

/** Declares the sums of a tile; the first of each column as `first` says, the others as it. */
export function declareSums(rows, columns, first) {
  return each(rows, (row) =>
    each(columns, (column) => `let c${row}${column} = ${row === 0 ? first(column) : `c0${column}`};`),
  );
}

/** Adds a product to each sum of a tile. */
export const addProducts = (rows, columns, right = 'b') =>
  each(rows, (row) =>
    each(columns, (column) => `c${row}${column} = madd(s${row}, ${right}${column}, c${row}${column});`),
  );

/**
 * Steps of the inner loop, one after the other. Each leaves the loop if it was the last one: V8 schedules the loads of a basic
 * block before its arithmetic, and those of two steps together would not fit the registers.
 *
 * @param right the address of b0, and how far it moves from step to step
 * @param left the address of s<row> in a step
 * @param counter counts down the steps that are left
 * @param after what follows each step before the test
 */
export function steps(count, { rows, columns, right, left, counter, after = () => '' }) {
  return each(count, (step) => {
    const declare = step === 0 ? 'let ' : '';
    const last = step === count - 1;
    return [
      each(columns, (column) => `${declare}b${column} = v128.load(${right}, ${(step * columns + column) * 16});`),
      each(rows, (row) => `${declare}s${row} = v128.load32_splat(${left(row, step)});`),
      addProducts(rows, columns),
      after(step),
      last ? `${counter} -= ${count};\nif (${counter} === 0) break;` : `if (${counter} === ${step + 1}) break;`,
    ].join('\n');
  });
}
