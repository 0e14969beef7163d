import { figuresOf } from '../../dashboard/log/run-figures.ts';
import { html } from '../html.ts';
import { otherCharts } from './curves.ts';
import { type ReportContent, type Section, tableOfRuns } from './section.ts';

/** What the runs were computed with, and what it took. */
export function systemSection({ runs, nowMs }: ReportContent): Section {
  const figures = runs.map(({ entry }) => new Map(figuresOf(entry, nowMs)));
  const labels = [...new Set(figures.flatMap((each) => [...each.keys()]))];
  const rows = labels.map((label) => ({ name: label, cells: figures.map((each) => each.get(label) ?? null) }));
  return { id: 'system', title: 'System', content: html`${tableOfRuns(runs, rows)}${otherCharts(runs)}` };
}
