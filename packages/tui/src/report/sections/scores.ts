import { DIRECTIONS, type TranslationDirection } from '@instagan/core';
import { domainsOf, estimateText, figureText, type ScoreRow, scoredText, scoreRows } from '../../output/score-rows.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import type { EvaluationReport } from '../saved-evaluations.ts';
import { type ReportContent, runName, type Section } from './section.ts';

/** An evaluation that the page shows. */
interface Shown {
  readonly run: ReportedRun;
  readonly evaluation: EvaluationReport;
}

const PLOT = { width: 160, height: 14, margin: 6 };

/** The figures of `instagan evaluate` with their intervals: of each run, the newest of each variant on each half of the dataset. */
export function scoresSection({ runs }: ReportContent): Section {
  const splits = [...new Set(runs.flatMap(({ evaluations }) => evaluations.map(({ split }) => split)))]
    .sort()
    .reverse();
  const content =
    splits.length === 0
      ? html`<p>Nothing has been evaluated yet: run <code>instagan evaluate</code>, then make this report again.</p>`
      : html`${splits.map((split) => splitTables(split, runs, splits.length > 1))}
<p class="note">Intervals are 95 % confidence intervals, bootstrapped over the images. Two models differ for certain only if
theirs lie apart. The line across is the figure of real images of the target domain, which translations should come near.</p>
`;
  return { id: 'scores', title: 'Scores', content };
}

function splitTables(split: string, runs: readonly ReportedRun[], isNamed: boolean): Html {
  const shown = runs.flatMap((run): Shown[] => {
    const ofSplit = run.evaluations.filter((each) => each.split === split);
    const newest = new Map(ofSplit.map((evaluation) => [evaluation.variant.join(' '), evaluation]));
    return [...newest.values()].map((evaluation) => ({ run, evaluation }));
  });
  return html`${isNamed && html`<h3>On the ${split} images</h3>`}
<div class="wide"><table class="scores"><thead><tr><td></td><th scope="col">checkpoint</th><th scope="col">score</th>
<th scope="col">classifier right about</th></tr></thead><tbody>${shown.map(
    ({
      run,
      evaluation: { step, variant, score, classifier },
    }) => html`<tr><th scope="row">${shownName(run, variant)}</th><td>step ${step}</td><td>${figureText(score)}</td>
<td>${(100 * classifier.accuracy.plain).toFixed(1)} % of ${classifier.accuracy.objects} held-out objects</td></tr>`,
  )}</tbody></table></div>
${DIRECTIONS.map((direction) => directionTable(direction, shown))}`;
}

function directionTable(direction: TranslationDirection, all: readonly Shown[]): Html {
  const shown = all.flatMap(({ run, evaluation }) => {
    const scores = evaluation[direction];
    if (scores === undefined) return [];
    const name = shownName(run, evaluation.variant);
    return [{ run, name, scores, rows: scoreRows(direction, scores, evaluation.agreement) }];
  });
  const [first] = shown;
  if (first === undefined) return html``;
  const { source, target } = domainsOf(direction);
  const names = [...new Set(shown.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  return html`<h3>${scoredText(direction, first.scores)}</h3>
<div class="wide"><table class="scores">
<thead><tr><td></td>${shown.map(({ name }) => html`<th scope="col">${shown.length > 1 ? name : 'translated'}</th>`)}<td></td>
<th scope="col">real ${target}</th><th scope="col">real ${source}</th></tr></thead>
<tbody>${names.map((name) => {
    const rows = shown.map(({ run, rows }) => ({ run, row: rows.find((each) => each.name === name) }));
    const known = rows.flatMap(({ run, row }) => (row === undefined ? [] : [{ run, row }]));
    const row = known[0]?.row as ScoreRow;
    return html`<tr><th scope="row">${name}</th>${rows.map(
      ({ row }) => html`<td>${row === undefined ? html`<span class="none">–</span>` : estimateText(row)}</td>`,
    )}<td class="plot">${intervalPlot(known)}</td>
<td>${row.real === null ? null : row.text(row.real)}</td><td>${row.untranslated === null ? null : row.text(row.untranslated)}</td></tr>
`;
  })}</tbody></table></div>
`;
}

/** The name of a run, with the options of a variant. */
function shownName(run: ReportedRun, variant: readonly string[]): Html {
  return html`${runName(run)}${variant.length > 0 && html` ${variant.join(' ')}`}`;
}

/** The figures of the runs on one scale, a dot and its interval each, one below the other. */
function intervalPlot(figures: readonly { readonly run: ReportedRun; readonly row: ScoreRow }[]): Html {
  const real = figures[0]?.row.real ?? null;
  const known = [real ?? Number.NaN, ...figures.flatMap(({ row: { translated } }) => Object.values(translated))].filter(
    Number.isFinite,
  );
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (!(low < high)) return html``;
  const x = (value: number) => PLOT.margin + ((value - low) / (high - low)) * (PLOT.width - 2 * PLOT.margin);
  const height = PLOT.height * figures.length;
  return html`<svg viewBox="0 0 ${PLOT.width} ${height}" width="${PLOT.width}" height="${height}" aria-hidden="true">
${real !== null && Number.isFinite(real) && html`<path class="real" d="M${x(real).toFixed(1)} 0V${height}"/>`}
${figures.map(
  (
    {
      run: { colour },
      row: {
        translated: { value, low, high },
      },
    },
    i,
  ) => {
    if (Number.isNaN(value)) return null;
    const y = PLOT.height * (i + 0.5);
    return html`<g class="c${colour}">${!Number.isNaN(low) && html`<path d="M${x(low).toFixed(1)} ${y}H${x(high).toFixed(1)}"/>`}
<circle cx="${x(value).toFixed(1)}" cy="${y}" r="3.5"/></g>`;
  },
)}</svg>`;
}
