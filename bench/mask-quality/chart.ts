/** Panels beside each other with one x axis: lines with points and error bars, as SVG. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly label: string;
  readonly series: readonly Series[];
}

export interface Series {
  /** Those of one name have one colour. */
  readonly name: string;
  /** By ascending x. */
  readonly points: readonly Point[];
  /** Dots joined by a line; else diamonds. */
  readonly isLine: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the length of the error bar. */
  readonly error: number;
}

const WIDTH = 300;
const HEIGHT = 210;
const LEFT = 42;
const TOP = 52;
const BOTTOM = 42;
const GAP = 20;
/** Between series at one x, so that their error bars do not hide each other. */
const SHIFT = 4;
/** Told apart by people with colour-blindness too (Okabe and Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

interface Axis {
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** @throws Error if a panel has no point */
export function drawChart({ title, xLabel, panels }: Chart): string {
  const all = panels.flatMap(({ series }) => series);
  const names = [...new Set(all.map(({ name }) => name))];
  const colourOf = (name: string) => COLOURS[names.indexOf(name) % COLOURS.length] as string;
  const xAxis = axisFor(all.flatMap(({ points }) => points.map(({ x }) => x)));
  const width = panels.length * (WIDTH + GAP) + GAP;
  const height = TOP + HEIGHT + BOTTOM;
  const body = panels.map((panel, i) => drawPanel(panel, GAP + i * (WIDTH + GAP), xAxis, xLabel, colourOf));
  const hasDiamonds = all.some(({ isLine }) => !isLine);
  const legend = [
    ...names.map((name) => ({ text: name, colour: colourOf(name), mark: dot })),
    ...(hasDiamonds ? [{ text: 'predicted masks', colour: '#444', mark: diamond }] : []),
  ];
  let at = width - GAP;
  const legendMarks = legend.reverse().map(({ text, colour, mark }) => {
    at -= 6.2 * text.length + 24;
    return `${mark(at, 18, colour)}${label(at + 9, 22, text)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#222">
<title>${escaped(title || `Scores against the ${xLabel}`)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${label(GAP, 23, title, 'font-size="14"')}
${legendMarks.join('\n')}
${body.join('\n')}
</svg>
`;
}

function drawPanel(
  panel: Panel,
  panelLeft: number,
  xAxis: Axis,
  xLabel: string,
  colourOf: (name: string) => string,
): string {
  const [left, right, top, bottom] = [panelLeft + LEFT, panelLeft + WIDTH, TOP, TOP + HEIGHT];
  const points = panel.series.flatMap((series) => series.points);
  const yAxis = axisFor(points.flatMap(({ y, error }) => [y - error, y + error]));
  const x = (value: number) => left + ((value - xAxis.from) / (xAxis.to - xAxis.from)) * (right - left);
  const y = (value: number) => bottom - ((value - yAxis.from) / (yAxis.to - yAxis.from)) * (bottom - top);
  const grid = [
    ...yAxis.ticks.map(
      (tick) =>
        `${line([left, y(tick)], [right, y(tick)], '#ddd')}${label(left - 6, y(tick) + 4, tickText(tick), 'text-anchor="end"')}`,
    ),
    ...xAxis.ticks.map(
      (tick) =>
        `${line([x(tick), bottom], [x(tick), bottom + 4], '#888')}${label(x(tick), bottom + 17, tickText(tick), 'text-anchor="middle"')}`,
    ),
    line([left, bottom], [right, bottom], '#888'),
    label((left + right) / 2, bottom + 34, xLabel, 'text-anchor="middle"'),
    label(left, top - 10, panel.label, 'font-weight="bold"'),
  ];
  const names = [...new Set(panel.series.map(({ name }) => name))];
  const drawn = panel.series.map(({ name, points: own, isLine }) => {
    const colour = colourOf(name);
    const shift = SHIFT * (names.indexOf(name) - (names.length - 1) / 2);
    const places = own.map((p) => ({ ...p, left: x(p.x) + shift }));
    const bars = places.map((p) => line([p.left, y(p.y - p.error)], [p.left, y(p.y + p.error)], colour));
    const marks = places.map((p) => (isLine ? dot : diamond)(p.left, y(p.y), colour));
    const path = places.map((p) => `${pixel(p.left)},${pixel(y(p.y))}`).join(' ');
    const joined = isLine ? `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>` : '';
    return [joined, ...bars, ...marks].join('');
  });
  return [...grid, ...drawn].join('\n');
}

/** An axis with about five round ticks that encloses all values. */
export function axisFor(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(least) || !Number.isFinite(most)) throw new Error('A chart needs values.');
  const rough = (most - least || Math.abs(most) || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number);
  const [first, last] = [Math.floor(least / step), Math.ceil(most / step)];
  const end = Math.max(last, first + 1);
  const ticks = Array.from({ length: end - first + 1 }, (_, i) => (first + i) * step);
  return { ticks, from: first * step, to: end * step };
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function pixel(value: number): string {
  return String(Number(value.toFixed(1)));
}

function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], colour: string): string {
  return `<line x1="${pixel(x1)}" y1="${pixel(y1)}" x2="${pixel(x2)}" y2="${pixel(y2)}" stroke="${colour}"/>`;
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${pixel(x)}" cy="${pixel(y)}" r="3.2" fill="${colour}"/>`;
}

function diamond(x: number, y: number, colour: string): string {
  const corners = [`${pixel(x)},${pixel(y - 5.5)}`, `${pixel(x + 5.5)},${pixel(y)}`, `${pixel(x)},${pixel(y + 5.5)}`];
  return `<polygon points="${[...corners, `${pixel(x - 5.5)},${pixel(y)}`].join(' ')}" fill="#fff" stroke="${colour}" stroke-width="1.8"/>`;
}

function label(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${pixel(x)}" y="${pixel(y)}" ${attributes}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
