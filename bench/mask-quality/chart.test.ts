import t from 'tap';
import { axisFor, drawChart } from './chart.ts';

t.test('axes have round ticks and hold all values', async (t) => {
  const ticks = (values: number[]) => axisFor(values).ticks.map((tick) => Number(tick.toFixed(6)));
  t.same(ticks([0.71, 0.97]), [0.7, 0.8, 0.9, 1]);
  t.same(ticks([3, 41]), [0, 10, 20, 30, 40, 50]);
  t.same(ticks([-0.4, 0.3]), [-0.4, -0.2, 0, 0.2, 0.4]);
  t.ok(ticks([5, 5]).length > 1, 'also for a single value');
  t.throws(() => axisFor([]), /needs values/);
});

t.test('every point is drawn where its values say, and names are written as they are', async (t) => {
  const points = [
    { x: 0.5, y: 0, error: 0 },
    { x: 1, y: 10, error: 0 },
  ];
  const svg = drawChart({
    title: 'sheep & <giraffes>',
    xLabel: 'IoU',
    panels: [
      {
        label: 'score',
        series: [
          { name: 'plain', points, isLine: true },
          { name: 'plain', points: points.slice(0, 1), isLine: false },
        ],
      },
    ],
  });
  t.match(svg, 'sheep &amp; &lt;giraffes&gt;');
  const [low, high] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)]
    .slice(-2)
    .map(([, x, y]) => [Number(x), Number(y)] as const) as [readonly [number, number], readonly [number, number]];
  t.ok(low[0] < high[0] && low[1] > high[1], 'more is to the right and up');
  t.match(svg, `points="${low.join(',')} ${high.join(',')}"`, 'the line joins them');
  t.equal(svg.match(/<polygon/g)?.length, 2, 'a diamond in the panel and one in the legend');
});
