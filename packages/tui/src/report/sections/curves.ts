import { type CurveGroup, curveGroups, curveLabel, LOSS, SCORE } from '../../dashboard/log/curve-groups.ts';
import { type ChartCurve, chartFigure, MAX_POINTS } from '../chart.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import type { ReportContent, Section } from './section.ts';

/** Weight of the past for each logged step, of all but scores. */
const SMOOTHING = 0.9;
const COLOURS = 8;

/** Losses and scores over the steps; null before the first step. */
export function curvesSection({ runs }: ReportContent): Section | null {
  const groups = groupsOf(runs).filter(({ names }) =>
    names.some((name) => name.startsWith(LOSS) || name.startsWith(SCORE)),
  );
  if (groups.length === 0) return null;
  const content = html`<form class="choices">
<fieldset><legend>Axis</legend>
<label><input type="radio" name="axis" id="linear" checked> linear</label>
<label><input type="radio" name="axis" id="log"> logarithmic</label></fieldset>
<label><input type="checkbox" id="ranges" checked> all values behind the smoothed ones</label>
</form>
${
  runs.length === 1
    ? html`<div class="charts">${groups.map((group) => chartsOf(runs, group))}</div>`
    : groups.map((group) => html`<h3>${sentence(group.title)}</h3><div class="charts">${chartsOf(runs, group)}</div>`)
}
<p class="note">Losses are smoothed with a weight of ${SMOOTHING} for what came before; scores are not. <span class="hint">Click a chart or choose it with Tab, then read the values at a step with ← and →.</span></p>
`;
  return { id: 'curves', title: 'Curves', content };
}

/** Charts of what is no loss and no score: learning rates, times, memory. */
export function otherCharts(runs: readonly ReportedRun[]): Html {
  const groups = groupsOf(runs).filter(
    ({ names }) => !names.some((name) => name.startsWith(LOSS) || name.startsWith(SCORE)),
  );
  return html`<div class="charts">${groups.map((group) => chartsOf(runs, group))}</div>`;
}

function groupsOf(runs: readonly ReportedRun[]): CurveGroup[] {
  return curveGroups([...new Set(runs.flatMap(({ entry }) => entry.log.series.names))]);
}

/** The curves of a run on one chart, each in a colour; of several runs a chart for each curve, and a colour for each run. */
function chartsOf(runs: readonly ReportedRun[], { title, names }: CurveGroup): Html[] {
  const lastStep = Math.max(1, ...runs.map(({ entry }) => entry.log.series.lastStep));
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) {
    const curves = names.map((name, i) => curveOf(only, name, curveLabel(name), i % COLOURS, lastStep));
    return [chartFigure({ title, curves, lastStep })];
  }
  return names.map((name) => {
    const curves = runs.map((run) => curveOf(run, name, run.name, run.colour, lastStep));
    return chartFigure({ title: names.length === 1 ? title : curveLabel(name), curves, lastStep });
  });
}

function curveOf({ entry }: ReportedRun, name: string, label: string, colour: number, lastStep: number): ChartCurve {
  const smoothing = name.startsWith(SCORE) ? 0 : SMOOTHING;
  return { label, colour, points: entry.log.series.points(name, 0, lastStep, MAX_POINTS, smoothing) };
}

function sentence(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
