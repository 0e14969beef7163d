/** A range of values and how they are laid along an axis. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
}

/**
 * The axis that shows all values, with a little room.
 *
 * @param isLog values of 0 and less are left out of a logarithmic axis
 */
export function axisFor(min: number, max: number, isLog: boolean): Axis {
  if (!(min <= max)) return { min: isLog ? 0.1 : 0, max: 1, isLog };
  if (isLog) {
    const low = min > 0 ? min : max > 0 ? max / 1e3 : 0.1;
    const high = Math.max(max, low);
    return high / low < 1.2 ? { min: low / 1.1, max: high * 1.1, isLog } : { min: low, max: high, isLog };
  }
  const room = max === min ? Math.max(Math.abs(max) * 0.1, 1e-6) : (max - min) * 0.03;
  return { min: min >= 0 ? Math.max(0, min - room) : min - room, max: max + room, isLog };
}

/** Place of a value on the axis: 0 at its minimum, 1 at its maximum. NaN if it has none. */
export function placeOn({ min, max, isLog }: Axis, value: number): number {
  if (!isLog) return (value - min) / (max - min);
  return value > 0 ? Math.log(value / min) / Math.log(max / min) : Number.NaN;
}

/** Round values along an axis, about as many as asked for. */
export function ticksOf(axis: Axis, wanted: number): number[] {
  const { min, max, isLog } = axis;
  if (isLog && max / min >= 8) {
    const ticks: number[] = [];
    const steps = Math.log10(max / min) * 3 <= wanted * 1.5 ? [1, 2, 5] : [1];
    for (let decade = Math.floor(Math.log10(min)); decade <= Math.ceil(Math.log10(max)); decade++) {
      for (const step of steps) ticks.push(step * 10 ** decade);
    }
    return ticks.filter((tick) => tick >= min * 0.999 && tick <= max * 1.001);
  }
  const step = niceStep((max - min) / Math.max(1, wanted));
  const ticks: number[] = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max * (1 + 1e-9) + 1e-12; i++) ticks.push(i * step);
  return ticks;
}

/** The nearest of 1, 2, 5 times a power of ten. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1e-300)));
  const factor = step / power;
  return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
}

/** A number in at most six characters, such as `0.123`, `12.3`, `45k`, `2e-4`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '-' : value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size === 0) return '0';
  for (const [unit, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (size >= unit) return `${trimmed((value / (letter === 'k' ? 1e3 : unit)).toPrecision(3))}${letter}`;
  }
  if (size >= 1000) return String(Math.round(value));
  if (size >= 0.001) return trimmed(value.toPrecision(3));
  return value.toExponential(1).replace('.0e', 'e');
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}
