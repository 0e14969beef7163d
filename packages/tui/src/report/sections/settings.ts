import { settingsOf } from '../../dashboard/log/run-facts.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import { type ReportContent, runName, type Section } from './section.ts';

interface Row {
  readonly name: string;
  readonly help: string;
  /** One a run; null where it has no such setting. */
  readonly texts: readonly (string | null)[];
  readonly usual: string | null;
}

/** What the runs were trained with: what differs between them, what differs from the defaults, and the rest. */
export function settingsSection({ runs }: ReportContent): Section {
  const rows = rowsOf(runs);
  const between = rows.filter(({ texts }) => new Set(texts).size > 1);
  const alike = rows.filter((row) => !between.includes(row));
  const changed = alike.filter(({ texts, usual }) => usual !== null && texts[0] !== usual);
  const rest = alike.filter((row) => !changed.includes(row));
  const content = html`${
    between.length > 0
      ? html`<h3>Differ between the runs</h3>${settingTable(between, runs)}`
      : runs.length > 1 && html`<p>All runs have the same settings.</p>`
  }
${
  changed.length > 0
    ? html`<h3>${between.length > 0 ? 'The same in all runs, but not the defaults' : 'Not the defaults'}</h3>${settingTable(changed, runs.slice(0, 1))}`
    : between.length === 0 && html`<p>All settings are the defaults.</p>`
}
${rest.length > 0 && html`<details><summary>${rest.length} settings with their defaults</summary>${settingTable(rest, runs.slice(0, 1))}</details>`}
`;
  return { id: 'settings', title: 'Settings', content };
}

/** @param runs those whose values are shown: one stands for all where they are the same */
function settingTable(rows: readonly Row[], runs: readonly ReportedRun[]): Html {
  const hasDefaults = rows.some(({ usual }) => usual !== null);
  return html`<div class="wide"><table class="settings">
<thead><tr><td></td>${runs.length > 1 ? runs.map((run) => html`<th scope="col">${runName(run)}</th>`) : html`<th scope="col">value</th>`}
${hasDefaults && html`<th scope="col">default</th>`}<td></td></tr></thead>
<tbody>${rows.map(
    ({
      name,
      help,
      texts,
      usual,
    }) => html`<tr><th scope="row">${name}</th>${runs.map((_, i) => cell(texts[i] ?? null, usual))}
${hasDefaults && html`<td class="usual">${usual}</td>`}<td class="help">${help}</td></tr>
`,
  )}</tbody>
</table></div>`;
}

function cell(text: string | null, usual: string | null): Html {
  if (text === null) return html`<td><span class="none">–</span></td>`;
  return html`<td${usual !== null && text !== usual && html` class="changed"`}>${text}</td>`;
}

function rowsOf(runs: readonly ReportedRun[]): Row[] {
  const own = runs.map(textsOf);
  const names = [...new Set(own.flatMap((texts) => [...texts.keys()]))];
  return names.map((name) => {
    const listed = runs.flatMap(({ training }) => training?.settings.find((setting) => setting.name === name) ?? []);
    // The defaults of two kinds of model may differ: then there is none to compare with.
    const usual = new Set(listed.map(({ usualText }) => usualText));
    return {
      name,
      help: listed[0]?.setting.help ?? '',
      texts: own.map((texts) => texts.get(name) ?? null),
      usual: usual.size === 1 ? (listed[0]?.usualText ?? null) : null,
    };
  });
}

/** The settings of a run by name, as one types them; as the log has them if this version does not know its model. */
function textsOf({ entry, training }: ReportedRun): ReadonlyMap<string, string> {
  if (training === null) return settingsOf(entry);
  return new Map(training.settings.map(({ name, text }) => [name, text]));
}
