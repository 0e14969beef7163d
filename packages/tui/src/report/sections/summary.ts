import { runAlarms } from '../../dashboard/log/run-alarms.ts';
import { formatSeconds } from '../../output/format.ts';
import { figureText } from '../../output/score-rows.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import { type ReportContent, runName, timeText } from './section.ts';

/** A line for each run: how far it came, how good it is, whether something is wrong. */
export function summary({ runs, nowMs }: ReportContent): Html {
  return html`<div class="wide"><table class="summary">
<thead><tr><td></td><th scope="col">state</th><th scope="col">step</th><th scope="col">began</th><th scope="col">took</th><th scope="col">score</th><th scope="col">alarms</th></tr></thead>
<tbody>${runs.map((run) => runRow(run, nowMs))}</tbody></table></div>
`;
}

function runRow(run: ReportedRun, nowMs: number): Html {
  const { entry, evaluations } = run;
  const { state } = entry.log;
  const alarms = runAlarms(entry, null, nowMs).length;
  const score = evaluations.at(-1)?.score ?? state.scores.score ?? null;
  return html`<tr><th scope="row">${runName(run)}</th><td class="${entry.status}">${entry.status}</td>
<td>${state.step}${state.totalSteps !== null && html` <span class="none">of ${state.totalSteps}</span>`}</td>
<td>${state.startedMs > 0 && timeText(state.startedMs)}</td>
<td>${state.startedMs > 0 && formatSeconds(Math.round((state.lastMs - state.startedMs) / 1000))}</td>
<td>${score === null ? html`<span class="none">–</span>` : figureText(score)}</td>
<td>${alarms === 0 ? html`<span class="none">none</span>` : html`<a class="alarm" href="#alarms">${alarms}</a>`}</td></tr>
`;
}
