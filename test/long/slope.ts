/** A slope with half the width of its interval of 95 %. */
export interface Slope {
  readonly perStep: number;
  readonly plusMinus: number;
}

/** Neighbouring values depend on each other, so that the interval would be too narrow: it is taken from means of so many parts. */
export const BLOCKS = 20;
/** Student's t at 97.5 % for `BLOCKS - 2` degrees of freedom. */
const T = 2.101;

/**
 * The slope of values over steps, by least squares over the means of {@link BLOCKS} equal parts.
 *
 * @throws RangeError if there are fewer values than parts
 */
export function slopeOf(steps: readonly number[], values: readonly number[]): Slope {
  if (steps.length < BLOCKS) throw new RangeError(`${steps.length} values are too few for a slope`);
  const part = (all: readonly number[], block: number) =>
    mean(all.slice(Math.floor((block * all.length) / BLOCKS), Math.floor(((block + 1) * all.length) / BLOCKS)));
  const blocks = Array.from({ length: BLOCKS }, (_, block) => ({ x: part(steps, block), y: part(values, block) }));
  const [x0, y0] = [mean(blocks.map(({ x }) => x)), mean(blocks.map(({ y }) => y))];
  const sumXX = blocks.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  const perStep = blocks.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / sumXX;
  const left = blocks.reduce((sum, { x, y }) => sum + (y - y0 - perStep * (x - x0)) ** 2, 0);
  return { perStep, plusMinus: T * Math.sqrt(left / (BLOCKS - 2) / sumXX) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
