import { shortNumber } from '../../output/format.ts';
import { textWidth } from '../../output/text-width.ts';
import type { SeriesPoints } from '../log/step-series.ts';
import type { CurveRole, Role, Theme } from '../terminal/theme.ts';
import { type Axis, axisFor, placeOn, stepTicks } from './axis.ts';
import { BrailleCanvas } from './braille-canvas.ts';

export interface Curve {
  /** Empty where the colour tells. */
  readonly label: string;
  readonly role: CurveRole;
  readonly points: SeriesPoints;
}

export interface CurveChartOptions {
  /** In characters, with axes and legend. */
  readonly width: number;
  readonly height: number;
  readonly curves: readonly Curve[];
  /** Names the chart, in its only line of legend. */
  readonly title?: string;
  /** Steps shown. */
  readonly fromStep: number;
  readonly toStep: number;
  readonly isLog: boolean;
  /** Draws each point's extremes behind the smoothed curve. */
  readonly showsRaw: boolean;
  /** Step whose values the legend tells; null for the last. */
  readonly cursorStep: number | null;
  /** Where the mouse began to mark steps, up to the cursor; null where it does not. */
  readonly markedStep?: number | null;
  readonly theme: Theme;
  readonly isAscii?: boolean;
}

/** Columns of the numbers of the vertical axis, and its line. */
export const AXIS_WIDTH = 7;
const MIN_WIDTH = 20;
const MIN_HEIGHT = 4;
const LEGEND_LINES = 2;
/** Blanks between two steps below a chart, at least. */
const STEP_GAP = 4;

/** Curves as `height` lines of `width` characters: a legend with values, the plot with its numbers, and the steps. */
export function curveChart(options: CurveChartOptions): string[] {
  const { width, height, theme, isAscii = false } = options;
  if (width < MIN_WIDTH || height < MIN_HEIGHT) {
    return Array.from({ length: height }, () => ' '.repeat(width));
  }
  const curves = options.curves.filter(({ points }) => points.steps.length > 0);
  const lines = legend({ ...options, curves }).slice(0, height - MIN_HEIGHT + 1);
  const [columns, rows] = [width - AXIS_WIDTH, height - lines.length - 1];
  if (curves.length === 0) {
    for (let row = 0; row < height - 1; row++) {
      const text = row === Math.floor(rows / 2) ? 'no steps yet' : '';
      lines.push(theme.paint('dim', text.padStart(Math.floor((width + text.length) / 2)).padEnd(width)));
    }
    return lines;
  }
  const axis = verticalAxis(curves, options, rows);
  const canvas = new BrailleCanvas(columns, rows);
  const xOf = (step: number) =>
    Math.round(((step - options.fromStep) / Math.max(1, options.toStep - options.fromStep)) * (canvas.width - 1));
  const yOf = (value: number) => {
    const place = Math.min(1, Math.max(0, placeOn(axis, value)));
    return Number.isNaN(place) ? null : Math.round((1 - place) * (canvas.height - 1));
  };
  const RAW = curves.length;
  if (options.showsRaw)
    for (const [i, curve] of curves.entries()) drawRange(canvas, curve.points, xOf, yOf, RAW + 1 + i);
  canvas.layer = 1;
  for (const [i, curve] of curves.entries()) drawCurve(canvas, curve.points, xOf, yOf, i);
  for (const step of [options.cursorStep, options.markedStep ?? null]) {
    if (step === null) continue;
    const x = xOf(step);
    for (let y = 0; y < canvas.height; y += 2) canvas.dot(x, y, RAW);
  }
  const paint = (text: string, ink: number) => {
    if (ink < RAW) return theme.paint(curves[ink]!.role, text);
    // Unsmoothed values lie behind: the same colour, faint.
    if (ink > RAW) return theme.paint('dim', theme.paint(curves[ink - RAW - 1]!.role, text));
    return theme.paint('strong', text);
  };
  const numbers = rowLabels(axis, rows);
  const bar = isAscii ? '|' : '│';
  const tick = isAscii ? '+' : '┤';
  for (const [row, text] of canvas.toLines(paint, isAscii).entries()) {
    const number = numbers.get(row);
    lines.push(
      theme.paint('dim', `${(number ?? '').padStart(AXIS_WIDTH - 1)}${number === undefined ? bar : tick}`) + text,
    );
  }
  lines.push(theme.paint('dim', stepLabels(options, width)));
  return lines;
}

function verticalAxis(curves: readonly Curve[], { isLog, showsRaw }: CurveChartOptions, rows: number): Axis {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of curves) {
    for (let i = 0; i < points.steps.length; i++) {
      const low = (showsRaw ? points.minima[i] : points.smoothed[i]) as number;
      const high = (showsRaw ? points.maxima[i] : points.smoothed[i]) as number;
      if (high > max) max = high;
      if (low < min && (!isLog || low > 0)) min = low;
    }
  }
  return axisFor(min, max, isLog, rows);
}

type Place = (value: number) => number | null;

function drawCurve(
  canvas: BrailleCanvas,
  points: SeriesPoints,
  xOf: (step: number) => number,
  yOf: Place,
  ink: number,
): void {
  let last: { x: number; y: number } | null = null;
  for (let i = 0; i < points.steps.length; i++) {
    const y = yOf(points.smoothed[i] as number);
    if (y === null) {
      last = null;
      continue;
    }
    const x = xOf(points.steps[i] as number);
    if (last === null) canvas.dot(x, y, ink);
    else canvas.line(last.x, last.y, x, y, ink);
    last = { x, y };
  }
}

function drawRange(
  canvas: BrailleCanvas,
  points: SeriesPoints,
  xOf: (step: number) => number,
  yOf: Place,
  ink: number,
): void {
  for (let i = 0; i < points.steps.length; i++) {
    const [top, bottom] = [yOf(points.maxima[i] as number), yOf(points.minima[i] as number)];
    if (top === null) continue;
    const x = xOf(points.steps[i] as number);
    canvas.line(x, top, x, bottom ?? canvas.height - 1, ink);
  }
}

/** Numbers of the vertical axis by row. */
function rowLabels(axis: Axis, rows: number): Map<number, string> {
  return new Map(
    axis.ticks.map((value) => [Math.round((1 - placeOn(axis, value)) * (rows - 1)), shortNumber(value)] as const),
  );
}

function stepLabels({ fromStep, toStep }: CurveChartOptions, width: number): string {
  const columns = width - AXIS_WIDTH;
  const line = Array.from({ length: width }, () => ' ');
  const span = Math.max(1, toStep - fromStep);
  const labelColumns = Math.max(...[fromStep, toStep].map((step) => stepText(Math.round(step)).length)) + STEP_GAP;
  for (const value of stepTicks(fromStep, fromStep + span, columns, labelColumns)) {
    const label = stepText(value);
    const centre = AXIS_WIDTH + Math.round(((value - fromStep) / span) * (columns - 1));
    const start = Math.min(width - label.length, Math.max(0, centre - Math.floor(label.length / 2)));
    for (const [i, character] of [...label].entries()) line[start + i] = character;
  }
  return line.join('');
}

function stepText(step: number): string {
  return step >= 10_000 ? shortNumber(step) : String(step);
}

/** Names and values of the curves, at the cursor or at the end, in one or two lines of the width. */
function legend({ title, curves, width, cursorStep, theme }: CurveChartOptions): string[] {
  const entries = curves.map(({ label, role, points }) => {
    const i = cursorStep === null ? points.steps.length - 1 : nearestIndex(points.steps, cursorStep);
    return { role, text: `${label} ${shortNumber(points.smoothed[i] as number)}`.trimStart() };
  });
  const where: { readonly role: Role; readonly text: string }[] = [];
  if (title !== undefined) where.push({ role: 'strong', text: title });
  else if (cursorStep !== null) where.push({ role: 'strong', text: `step ${Math.round(cursorStep)}` });
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { role, text } of [...where, ...entries]) {
    const columns = textWidth(text);
    if (columns > width) continue;
    if (used > 0 && used + 2 + columns > width) {
      lines.push(line + ' '.repeat(width - used));
      line = '';
      used = 0;
    }
    line += (used > 0 ? '  ' : '') + theme.paint(role, text);
    used += (used > 0 ? 2 : 0) + columns;
  }
  lines.push(line + ' '.repeat(width - used));
  return lines.slice(0, title === undefined ? LEGEND_LINES : 1);
}

/** Index of the entry that is nearest, of ascending numbers. */
export function nearestIndex(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return Math.abs((sorted[high] as number) - value) < Math.abs((sorted[low] as number) - value) ? high : low;
}
