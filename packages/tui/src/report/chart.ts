import { type Axis, axisFor, placeOn, stepTicks } from '../dashboard/charts/axis.ts';
import type { SeriesPoints } from '../dashboard/log/step-series.ts';
import { shortNumber } from '../output/format.ts';
import { type Html, html, jsonData } from './html.ts';

export interface ChartCurve {
  /** Of the curve, or of its run. */
  readonly label: string;
  /** Number of its colour, from 0 to 7. */
  readonly colour: number;
  readonly points: SeriesPoints;
}

export interface Chart {
  readonly title: string;
  readonly curves: readonly ChartCurve[];
  readonly lastStep: number;
}

/** In the units of the drawing, which are pixels at its natural size. */
const WIDTH = 560;
const HEIGHT = 224;
const PLOT = { left: 48, right: 552, top: 8, bottom: 198 };
/** Rows of the vertical axis, of which each tick lies on one: the fewer, the rounder are the ends. */
const AXIS_ROWS = 13;
const STEP_LABEL_WIDTH = 64;
/** Points of a curve at most: a page has no room to show more. */
export const MAX_POINTS = 320;

/** Curves over steps: a legend with values, and drawings with a linear and a logarithmic axis, of which the page shows one. */
export function chartFigure({ title, curves, lastStep }: Chart): Html {
  const drawn = curves.filter(({ points }) => points.steps.length > 0);
  if (drawn.length === 0) return html``;
  const data = drawn.map(({ points: { steps, smoothed } }) => ({
    steps: Array.from(steps, Math.round),
    texts: Array.from(smoothed, shortNumber),
  }));
  return html`<figure class="chart" tabindex="0" aria-label="${title}: arrow keys read the values at a step">
<figcaption><b>${title}</b> <span class="at"></span></figcaption>
<ul class="legend">${drawn.map(
    ({ label, colour }, i) =>
      html`<li><i class="c${colour}"></i>${label} <output>${data[i]?.texts.at(-1) ?? ''}</output></li>`,
  )}</ul>
${drawing(drawn, lastStep, false)}
${drawing(drawn, lastStep, true)}
<script type="application/json">${jsonData({ lastStep, left: PLOT.left, right: PLOT.right, width: WIDTH, curves: data })}</script>
</figure>
`;
}

function drawing(curves: readonly ChartCurve[], lastStep: number, isLog: boolean): Html {
  const axis = verticalAxis(curves, isLog);
  const x = (step: number) => PLOT.left + (step / Math.max(1, lastStep)) * (PLOT.right - PLOT.left);
  const y = (value: number) => {
    const place = Math.min(1, Math.max(0, placeOn(axis, value)));
    return PLOT.bottom - place * (PLOT.bottom - PLOT.top);
  };
  const below = PLOT.bottom + 16;
  return html`<svg class="${isLog ? 'log' : 'linear'}" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
${axis.ticks.map(
  (tick) =>
    html`<path class="grid" d="M${PLOT.left} ${round(y(tick))}H${PLOT.right}"/><text class="tick" text-anchor="end" x="${PLOT.left - 8}" y="${round(y(tick) + 4)}">${shortNumber(tick)}</text>`,
)}
${stepTicks(0, Math.max(1, lastStep), PLOT.right - PLOT.left, STEP_LABEL_WIDTH).map(
  (step) =>
    html`<text class="tick" text-anchor="middle" x="${round(x(step))}" y="${below}">${step >= 10_000 ? shortNumber(step) : step}</text>`,
)}
${curves.map(({ points, colour }) => html`<path class="range c${colour}" d="${rangePath(points, x, y)}"/>`)}
${curves.map(({ points, colour }) => html`<path class="curve c${colour}" d="${curvePath(points, x, y)}"/>`)}
<path class="cursor" d=""/>
</svg>`;
}

function verticalAxis(curves: readonly ChartCurve[], isLog: boolean): Axis {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of curves) {
    for (const value of points.smoothed) {
      if (value > max) max = value;
      if (value < min && (!isLog || value > 0)) min = value;
    }
  }
  return axisFor(min, max, isLog, AXIS_ROWS);
}

type Place = (value: number) => number;

/** A line through the points; a value that the axis does not have breaks it. A point alone becomes a dot. */
function curvePath({ steps, smoothed }: SeriesPoints, x: Place, y: Place): string {
  let path = '';
  let isOpen = false;
  for (let i = 0; i < steps.length; i++) {
    const [atX, atY] = [x(steps[i] as number), y(smoothed[i] as number)];
    if (Number.isNaN(atY)) isOpen = false;
    else {
      path += `${isOpen ? 'L' : 'M'}${round(atX)} ${round(atY)}`;
      // A line of no length is drawn for its round ends.
      if (!isOpen) path += 'h0';
      isOpen = true;
    }
  }
  return path;
}

/** All that lies between the least and the largest values, as far as the axis reaches. */
function rangePath({ steps, minima, maxima }: SeriesPoints, x: Place, y: Place): string {
  const corner = (values: Float64Array, i: number) => {
    const at = y(values[i] as number);
    return `${round(x(steps[i] as number))} ${round(Number.isNaN(at) ? PLOT.bottom : at)}`;
  };
  const order = Array.from(steps.keys());
  return `M${[...order.map((i) => corner(maxima, i)), ...order.reverse().map((i) => corner(minima, i))].join('L')}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
