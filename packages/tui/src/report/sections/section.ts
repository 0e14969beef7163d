import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';

/** A part of the page with a heading of its own. */
export interface Section {
  /** Where links lead to. */
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/** What all sections are made of. */
export interface ReportContent {
  readonly runs: readonly ReportedRun[];
  /** When the page is made, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** The name of a run beside its colour. */
export function runName({ name, colour }: ReportedRun): Html {
  return html`<span class="run"><i class="c${colour}"></i>${name}</span>`;
}

/** A table with a column for each run; a cell is null where a run has nothing to say. */
export function tableOfRuns(
  runs: readonly ReportedRun[],
  rows: readonly { readonly name: Html | string; readonly cells: readonly (Html | string | null)[] }[],
): Html {
  return html`<div class="wide"><table>
${runs.length > 1 && html`<thead><tr><td></td>${runs.map((run) => html`<th scope="col">${runName(run)}</th>`)}</tr></thead>`}
<tbody>${rows.map(
    ({ name, cells }) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell ?? html`<span class="none">–</span>`}</td>`)}</tr>
`,
  )}</tbody>
</table></div>
`;
}

/** Such as `2024-01-02 03:04 UTC`. */
export function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
