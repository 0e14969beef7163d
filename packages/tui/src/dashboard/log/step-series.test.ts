import t from 'tap';
import { StepSeries } from './step-series.ts';

function filled(steps: number, value: (step: number) => number, buckets = 64): StepSeries {
  const series = new StepSeries(buckets);
  for (let step = 1; step <= steps; step++) series.add(step, ['loss'], [value(step)]);
  return series;
}

t.test('a short run keeps every step', async (t) => {
  const { steps, means, minima, maxima } = filled(50, (step) => step * step).points('loss', 0, 50, 100, 0);
  t.same(
    [...steps],
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
  t.same(
    [...means],
    Array.from({ length: 50 }, (_, i) => (i + 1) ** 2),
  );
  t.same([minima[9], maxima[9]], [100, 100]);
});

t.test('in a long run no spike is lost and means stay exact, though memory does not grow', async (t) => {
  const series = filled(100_000, (step) => (step === 77_777 ? 1000 : step === 33_333 ? -1000 : 1));
  t.equal(series.bucketSteps, 2048);
  const points = series.points('loss', 0, 100_000, 400, 0);
  t.ok(points.steps.length <= 64);
  t.equal(Math.max(...points.maxima), 1000);
  t.equal(Math.min(...points.minima), -1000);
  const spike = points.maxima.indexOf(1000);
  t.ok(Math.abs((points.steps[spike] as number) - 77_777) <= 2048, 'the spike is where it was');
  t.equal(points.means[0], 1);
});

t.test('points are joined to what a chart has room for', async (t) => {
  const { steps, means } = filled(60, (step) => step).points('loss', 0, 59, 15, 0);
  t.equal(steps.length, 15);
  t.same([...means.slice(1, 3)], [5.5, 9.5]);
});

t.test('the average of the past starts at the first value and does not depend on the zoom', async (t) => {
  const series = filled(60, (step) => (step <= 30 ? 10 : 0));
  const whole = series.points('loss', 0, 60, 100, 0.9);
  t.equal(whole.smoothed[0], 10, 'no bias towards 0');
  t.ok(Math.abs((whole.smoothed[29] as number) - 10) < 1e-9);
  const expected = 10 * (1 - (1 - 0.9 ** 30) / (1 - 0.9 ** 60));
  t.ok(Math.abs((whole.smoothed[59] as number) - expected) < 1e-9, 'as the definition has it');
  const zoomed = series.points('loss', 40, 60, 100, 0.9);
  t.equal(zoomed.smoothed[0], whole.smoothed[39]);
});

t.test('steps that a resumed run does again replace the old ones', async (t) => {
  const series = filled(50, () => 1);
  series.truncate(20);
  for (let step = 21; step <= 30; step++) series.add(step, ['loss'], [2]);
  const { steps, means } = series.points('loss', 0, 60, 100, 0);
  t.equal(steps.at(-1), 30);
  t.same([means[19], means[20]], [1, 2]);
  t.equal(series.lastStep, 30);
  t.equal(series.latest('loss'), 2);
});

t.test('a value that is not finite leaves a gap', async (t) => {
  const { steps } = filled(5, (step) => (step === 3 ? Number.NaN : 1)).points('loss', 0, 5, 10, 0);
  t.same([...steps], [1, 2, 4, 5]);
  t.equal(new StepSeries(8).points('none', 0, 5, 10, 0).steps.length, 0);
});

t.test('a log of many names takes bounded memory: names after the first 256 are passed over', async (t) => {
  const series = new StepSeries();
  const before = process.memoryUsage().arrayBuffers;
  for (let line = 0; line < 20; line++) {
    const names = Array.from({ length: 1000 }, (_, i) => `losses.${line}-${i}`);
    series.add(9_000_000 + line, names, new Float64Array(1000).fill(line));
  }
  t.equal(series.names.length, 256);
  t.equal(series.latest('losses.0-255'), 0);
  t.equal(series.latest('losses.0-256'), null);
  t.ok(process.memoryUsage().arrayBuffers - before < 64e6, 'of 20,000 series at full length there would be 3 GB');
});

t.test('a series that begins late, or ends early, has its own steps alone', async (t) => {
  const series = new StepSeries();
  for (let step = 0; step < 300; step++) series.add(step, step < 10 ? ['early'] : ['late'], [step]);
  t.same([...series.points('early', 0, 300, 1000, 0).steps], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.equal(series.latest('early'), 9);
  const { steps, means } = series.points('late', 0, 300, 1000, 0);
  t.same([steps.length, steps[0], means.at(-1)], [290, 10, 299]);
});
