import { runAlarms } from '../../dashboard/log/run-alarms.ts';
import type { FeedEntry } from '../../dashboard/log/run-state.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import { type ReportContent, runName, type Section, timeText } from './section.ts';

/** What is or was wrong, and below it all that happened besides steps. */
export function alarmsSection({ runs, nowMs }: ReportContent): Section {
  const alarms = runs.map((run) => ({ run, texts: runAlarms(run.entry, null, nowMs) }));
  const loud = alarms.filter(({ texts }) => texts.length > 0);
  const content = html`${loud.length === 0 && html`<p>There is no alarm.</p>`}
${loud.map(
  ({ run, texts }) =>
    html`${runs.length > 1 && html`<h3>${runName(run)}</h3>`}<ul class="alarms">${texts.map((text) => html`<li>${text}</li>`)}</ul>`,
)}
${runs.map((run) => feedOf(run, runs.length > 1))}
`;
  return { id: 'alarms', title: 'Alarms', content };
}

function feedOf(run: ReportedRun, isNamed: boolean): Html {
  const { feed } = run.entry.log.state;
  if (feed.length === 0) return html``;
  return html`<details><summary>${feed.length === 1 ? '1 event' : `${feed.length} events`}${isNamed && html` of ${runName(run)}`}</summary>
<div class="wide"><table class="events"><tbody>${feed.map(eventRow)}</tbody></table></div></details>
`;
}

function eventRow({ timeMs, step, kind, text }: FeedEntry): Html {
  return html`<tr class="${kind}"><td>${timeText(timeMs)}</td><td>${step === null ? null : `step ${step}`}</td><td>${kind !== 'note' && html`<b>${kind}</b> `}${text}</td></tr>
`;
}
