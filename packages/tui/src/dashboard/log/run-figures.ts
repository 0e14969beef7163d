import { formatBytes, formatSeconds, shortNumber } from '../../output/format.ts';
import type { RunEntry } from './run-entry.ts';

/** A label and what stands behind it. */
export type Figure = readonly [label: string, value: string];

/** How a run stands, in figures: pace, memory, device, the last checkpoint. */
export function figuresOf(run: RunEntry, nowMs: number): Figure[] {
  const { job, backend, failedItems, scores } = run.log.state;
  const figures = [...learningRateOf(run), ...paceOf(run)];
  for (const [name, score] of Object.entries(scores)) figures.push([name, score.toFixed(3)]);
  figures.push(...memoryOf(run));
  if (backend !== null) figures.push(['backend', `${backend.name} (${backend.device})`]);
  if (job !== null) figures.push(['model', job.run], ['input', job.input], ['output', job.output]);
  if (failedItems > 0) figures.push(['failed', String(failedItems)]);
  return [...figures, ...checkpointOf(run, nowMs), ...readingOf(run)];
}

function learningRateOf({ log: { series } }: RunEntry): Figure[] {
  const [generator, discriminator] = [
    series.latest('learningRate.generator'),
    series.latest('learningRate.discriminator'),
  ];
  if (generator === null || discriminator === null) return [];
  const rates = generator === discriminator ? [generator] : [generator, discriminator];
  return [['lr', rates.map(shortNumber).join(', ')]];
}

function paceOf({ log: { state } }: RunEntry): Figure[] {
  const pace = state.secondsPerStep();
  if (pace === null) return [];
  const rate: Figure =
    state.job === null
      ? ['images/s', (state.imagesPerStep / pace).toPrecision(3)]
      : [`${state.item}s/s`, (1 / pace).toPrecision(3)];
  return [[`s/${state.item}`, pace.toPrecision(3)], rate];
}

function memoryOf({ log: { series } }: RunEntry): Figure[] {
  const figures: Figure[] = [];
  const rss = series.latest('memory.rssBytes');
  const [tensors, tensorBytes] = [series.latest('memory.tensors'), series.latest('memory.tensorBytes')];
  if (rss !== null) figures.push(['RSS', formatBytes(rss)]);
  if (tensors !== null && tensorBytes !== null)
    figures.push(['tensors', `${Math.round(tensors)}, ${formatBytes(tensorBytes)}`]);
  return figures;
}

function checkpointOf(run: RunEntry, nowMs: number): Figure[] {
  const { checkpoint } = run.log.state;
  if (checkpoint === null) return [];
  const age = run.isLive ? `, ${ageText((nowMs - checkpoint.timeMs) / 1000)} ago` : '';
  return [['checkpoint', `step ${checkpoint.step}${age}`]];
}

function readingOf({ log }: RunEntry): Figure[] {
  if (log.progress === 1) return [];
  const sketch = log.isSurveyed ? ', curves are approximate' : '';
  return [['reading log', `${Math.floor(100 * log.progress)} %${sketch}`]];
}

/** An age that does not change every second. */
function ageText(seconds: number): string {
  if (seconds < 10) return 'seconds';
  return formatSeconds(seconds < 60 ? Math.floor(seconds / 10) * 10 : Math.floor(seconds / 60) * 60).replace(
    / 0 s$/,
    '',
  );
}
