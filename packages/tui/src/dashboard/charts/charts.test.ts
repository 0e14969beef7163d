import t from 'tap';
import { shortNumber } from '../../output/format.ts';
import { StepSeries } from '../log/step-series.ts';
import { Theme } from '../terminal/theme.ts';
import { axisFor, placeOn, stepTicks } from './axis.ts';
import { BrailleCanvas } from './braille-canvas.ts';
import { type CurveChartOptions, curveChart } from './curve-chart.ts';

const plain = new Theme(1, false);
const bare = (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '');

function chart(value: (step: number) => number, options: Partial<CurveChartOptions> = {}): string[] {
  const series = new StepSeries(1024);
  for (let step = 1; step <= 100; step++) series.add(step, ['loss'], [value(step)]);
  return curveChart({
    width: 47,
    height: 12,
    curves: [{ label: 'loss', role: 'curve0', points: series.points('loss', 0, 100, 200, 0) }],
    fromStep: 0,
    toStep: 100,
    isLog: false,
    showsRaw: false,
    cursorStep: null,
    theme: plain,
    ...options,
  }).map(bare);
}

/** Row of the topmost and of the lowest dot of a column of characters. */
function rowsWithDots(lines: readonly string[], column: number): number[] {
  return lines.flatMap((line, row) => (/[⠁-⣿]/.test(line[column] ?? '') ? [row] : []));
}

t.test('a line of dots is where it was drawn', async (t) => {
  const canvas = new BrailleCanvas(2, 1);
  canvas.line(0, 0, 3, 3, 0);
  t.same(
    canvas.toLines((text) => text),
    ['⠑⢄'],
  );
  canvas.dot(99, -1, 0);
  const colours: number[] = [];
  new BrailleCanvas(2, 1).toLines((text, ink) => text + colours.push(ink));
  t.same(colours, [], 'blank characters have no colour');
});

t.test('inks have any number', async (t) => {
  const canvas = new BrailleCanvas(1, 1);
  canvas.dot(0, 0, 1000);
  t.same(
    canvas.toLines((text, ink) => `${ink}${text}`),
    ['1000⠁'],
  );
});

t.test('what lies in front hides what lies behind', async (t) => {
  const canvas = new BrailleCanvas(1, 1);
  for (let y = 0; y < 4; y++) canvas.dot(0, y, 5);
  canvas.layer = 1;
  canvas.dot(1, 0, 2);
  t.same(
    canvas.toLines((text, ink) => `${ink}${text}`),
    ['2⠈'],
  );
});

t.test('a falling loss falls on the screen, and every line has the width', async (t) => {
  const lines = chart((step) => 101 - step);
  t.equal(lines.length, 12);
  for (const line of lines) t.equal(line.length, 47);
  t.ok(rowsWithDots(lines, 8)[0]! <= 2, 'high at first');
  t.ok(rowsWithDots(lines, 46)[0]! >= 9, 'low at last');
  t.match(lines[0], /^loss 1 /);
  t.match(lines.at(-1), / 0 .* 60 .* 100$/);
});

t.test('on a logarithmic axis a steady decay is a straight line', async (t) => {
  const lines = chart((step) => 10 ** (-step / 25), { isLog: true });
  const [, quarter, half, threeQuarters] = [8, 17, 27, 37].map((column) => rowsWithDots(lines, column)[0]!);
  t.ok(Math.abs(half! - quarter! - (threeQuarters! - half!)) <= 1);
  t.ok(
    lines.some((line) => line.startsWith('  0.01┤')),
    lines.join('\n'),
  );
});

t.test('the cursor tells the values at its step', async (t) => {
  const lines = chart((step) => step, { cursorStep: 30 });
  t.match(lines[0], /^step 30 {2}loss 30/);
  t.equal(rowsWithDots(lines, 7 + 12).length, 10, 'a line from top to bottom');
});

t.test('a narrow chart names all its curves, on two lines', async (t) => {
  const series = new StepSeries(64);
  series.add(1, ['x'], [1]);
  const curves = ['identityA', 'identityB', 'contextA', 'contextB'].map((label, i) => ({
    label,
    role: `curve${i as 0 | 1 | 2 | 3}` as const,
    points: series.points('x', 0, 1, 10, 0),
  }));
  const lines = chart(() => 1, { curves, fromStep: 0, toStep: 1 });
  t.match(lines.slice(0, 2).join(''), /identityA 1.*identityB 1.*contextA 1.*contextB 1/);
});

t.test('no room or no steps is no crash', async (t) => {
  t.same(
    chart(() => 1, { width: 5, height: 2 }),
    ['     ', '     '],
  );
  t.match(chart(() => Number.NaN).join('\n'), /no steps yet/);
  t.equal(chart(() => 0, { isLog: true }).length, 12, 'a logarithmic axis without positive values');
  t.equal(chart(() => 3).length, 12, 'a constant');
});

t.test('ticks are round numbers, evenly spaced on whole rows, and the axis holds all values', async (t) => {
  t.same(axisFor(0, 10, false, 11).ticks, [0, 2, 4, 6, 8, 10]);
  t.same(axisFor(0.01, 1, true, 13).ticks.map(shortNumber), ['0.01', '0.1', '1']);
  t.same(axisFor(0.5, 9.7, true, 14).ticks.map(shortNumber), ['0.5', '1', '2', '4', '8']);
  const [single, rounded] = [axisFor(4e-4, 4e-4, false, 9), axisFor(4e-4, 4e-4 * (1 + 1e-15), false, 9)];
  t.same(rounded.ticks, single.ticks, 'one value and its rounding errors');
  t.same(
    axisFor(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false, 5),
    axisFor(0, 1, false, 5),
    'an axis without values',
  );
  for (const isLog of [false, true]) {
    for (let rows = 3; rows <= 40; rows++) {
      for (const [min, max] of [
        [0.31, 7.2],
        [0.002, 44],
        [5e8, 5.48e8],
        [3, 3],
        [1e-5, 1e5],
        [0.5, 0.52],
      ] as const) {
        const axis = axisFor(min, max, isLog, rows);
        const places = axis.ticks.map((tick) => placeOn(axis, tick) * (rows - 1));
        const gaps = places.slice(1).map((place, i) => place - places[i]!);
        const name = `${min} to ${max} on ${rows} rows${isLog ? ', log' : ''}`;
        t.ok(axis.min <= min * (1 + 1e-9) && axis.max >= max * (1 - 1e-9), `${name}: holds its values`);
        t.ok(
          places.every((place) => Math.abs(place - Math.round(place)) < 1e-6),
          `${name}: on rows`,
        );
        t.ok(
          gaps.every((gap) => Math.abs(gap - gaps[0]!) < 1e-6),
          `${name}: even`,
        );
        t.ok(places.length >= 1, `${name}: labelled`);
      }
    }
  }
});

t.test('steps below a chart are round, and none is left out', async (t) => {
  t.same(stepTicks(0, 100, 40, 7), [0, 20, 40, 60, 80, 100]);
  t.same(stepTicks(190, 200, 40, 7), [190, 192, 194, 196, 198, 200]);
  t.same(stepTicks(0, 1, 40, 5), [0, 1]);
  const labels = chart((step) => step, { width: 87 }).at(-1)!;
  const centres = [...labels.matchAll(/\d+/g)].map(({ 0: label, index }) => index + Math.floor(label.length / 2));
  const gaps = centres.slice(1, -1).map((centre, i) => centre - centres[i]!);
  t.ok(Math.max(...gaps) - Math.min(...gaps) <= 1, labels);
  const zoomed = chart((step) => step, { width: 62, fromStep: 118.737, toStep: 400 }).at(-1)!;
  t.same(zoomed.match(/\d+/g), ['150', '200', '250', '300', '350', '400'], 'also from the middle of a step on');
});
