/** A range of values along an axis of rows, with the values that are written beside it. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
  /** Evenly spaced, a whole number of rows apart. */
  readonly ticks: readonly number[];
}

/** Rows from one tick to the next, the closest first; more only where a logarithmic axis has decades. */
const TICK_ROWS = [2, 3, 4, 5] as const;
const MAX_DECADE_ROWS = 40;
/** Wider ranges than this have ticks at powers of ten, narrower ones at those of two. */
const DECADES_FROM = 30;
/** Values whose difference is a smaller share of them are taken for the same. */
const SAME = 1e-6;
const NICE_STEPS = [1, 2, 5] as const;

/**
 * The axis that shows all values on so many rows, and no more than it must so that ticks lie on whole rows.
 *
 * @param isLog values of 0 and less are left out of a logarithmic axis
 */
export function axisFor(min: number, max: number, isLog: boolean, rows: number): Axis {
  const spaces = Math.max(1, rows - 1);
  if (!(min <= max)) return axisFor(isLog ? 0.1 : 0, 1, isLog, rows);
  if (!isLog) {
    const size = Math.max(Math.abs(min), Math.abs(max));
    // What differs by rounding alone is one value.
    const room = max - min <= SAME * size ? Math.max(size * 0.1, 1e-6) : 0;
    const [low, high] = [min >= 0 ? Math.max(0, min - room) : min - room, max + room];
    return { ...gridFor(low, high, spaces, linearSteps), isLog };
  }
  const low = min > 0 ? min : max > 0 ? max / 1e3 : 0.1;
  const high = Math.max(max, low);
  const [from, to] = high / low < 1.2 ? [low / 1.1, high * 1.1] : [low, high];
  const grid = gridFor(
    Math.log10(from),
    Math.log10(to),
    spaces,
    to / from >= DECADES_FROM ? decadeSteps : powerOf2Steps,
  );
  return { min: 10 ** grid.min, max: 10 ** grid.max, isLog, ticks: grid.ticks.map((tick) => 10 ** tick) };
}

/** Place of a value on the axis: 0 at its minimum, 1 at its maximum. NaN if it has none. */
export function placeOn({ min, max, isLog }: Axis, value: number): number {
  if (!isLog) return (value - min) / (max - min);
  return value > 0 ? Math.log(value / min) / Math.log(max / min) : Number.NaN;
}

/** Steps between ticks that are worth trying, upwards, of an axis on which each row has to stand for `least` or more. */
type Steps = (least: number) => { readonly step: number; readonly rows: number }[];

const linearSteps: Steps = (least) => {
  const power = Math.floor(Math.log10(least));
  return TICK_ROWS.flatMap((rows) =>
    [power, power + 1].flatMap((exponent) => NICE_STEPS.map((nice) => ({ step: nice * 10 ** exponent, rows }))),
  );
};

const decadeSteps: Steps = (least) => {
  const decades = Math.max(1, Math.ceil(least * 2));
  return [decades, decades + 1, decades + 2].flatMap((step) =>
    Array.from({ length: MAX_DECADE_ROWS - 1 }, (_, i) => ({ step, rows: i + 2 })),
  );
};

const powerOf2Steps: Steps = (least) =>
  TICK_ROWS.flatMap((rows) => {
    const factor = Math.ceil(Math.log2((least * rows) / Math.log10(2)));
    return [factor, factor + 1].map((exponent) => ({ step: Math.log10(2) * 2 ** exponent, rows }));
  });

/** The rows that show `min` to `max` with the least room to spare. @param spaces between rows */
function gridFor(min: number, max: number, spaces: number, stepsOf: Steps): Omit<Axis, 'isLog'> {
  let best: { readonly each: number; readonly first: number; readonly rows: number } | null = null;
  for (const { step, rows } of stepsOf(Math.max(1e-300, (max - min) / spaces))) {
    const each = step / rows;
    const first = Math.floor(min / each + 1e-9);
    const ticks = Math.floor((first + spaces) / rows) - Math.ceil(first / rows) + 1;
    // One number tells no scale.
    if (ticks < 2 || (first + spaces) * each < max - 1e-9 * each) continue;
    if (best === null || each < best.each * (1 - 1e-9)) best = { each, first, rows };
  }
  if (best === null) return { min, max, ticks: [min, max] };
  const { each, first, rows } = best;
  const ticks: number[] = [];
  for (let row = Math.ceil(first / rows) * rows; row <= first + spaces; row += rows) ticks.push(row * each);
  return { min: first * each, max: (first + spaces) * each, ticks };
}

/**
 * Steps to be written below a chart: multiples of a round number, so many columns apart that their labels have room.
 *
 * @param columns of the chart
 * @param labelColumns that a step takes at most, with the gap to the next
 */
export function stepTicks(fromStep: number, toStep: number, columns: number, labelColumns: number): number[] {
  const least = Math.max(1, ((toStep - fromStep) * labelColumns) / columns);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.round([...NICE_STEPS, 10].map((nice) => nice * power).find((each) => each >= least * (1 - 1e-9))!);
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromStep / step) * step; tick <= toStep; tick += step) ticks.push(tick);
  return ticks;
}
