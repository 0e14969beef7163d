import { shellQuoted } from '../../output/format.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import { type ReportContent, runName, type Section } from './section.ts';

/** The commands that train, evaluate and report the same again. */
export function reproduceSection({ runs }: ReportContent): Section {
  const folders = runs.map(({ entry }) => shellQuoted(entry.folder)).join(' ');
  const content = html`${runs.map((run) => html`${runs.length > 1 && html`<h3>${runName(run)}</h3>`}${commandsOf(run)}`)}
${runs.length > 1 && html`<h3>This report</h3>`}<pre>npx instagan report ${folders}</pre>
`;
  return { id: 'reproduce', title: 'Reproduce', content };
}

function commandsOf({ entry, name, training }: ReportedRun): Html {
  const { started } = entry.log.state;
  if (training === null || started === null)
    return html`<p>This version of instagan does not know the model of this run.</p>`;
  const { version, data = 'DIR', backend, totalSteps, stepsPerEpoch } = started;
  const { command, config } = training;
  const { epochs } = config as { epochs: Readonly<Record<string, number>> };
  const scheduled = Math.round(stepsPerEpoch * Object.values(epochs).reduce((sum, count) => sum + count, 0));
  const steps = totalSteps === scheduled ? '' : ` --steps ${totalSteps}`;
  const file = `${name.replaceAll(/[^\w.-]+/g, '-')}.json`;
  const json = `${JSON.stringify(config, null, 2)}\n`;
  const place = `--run ${shellQuoted(`${entry.folder}-again`)} --data ${shellQuoted(data)}`;
  const address = `data:application/json;base64,${Buffer.from(json).toString('base64')}`;
  return html`<ol>
<li><a download="${file}" href="${address}">Save its settings</a> as <code>${file}</code>${version !== undefined && html`. They were used with instagan ${version}`}.</li>
<li>Train${started.data === undefined && html`, with your dataset in the place of <code>DIR</code>`}: <pre>npx instagan ${command} ${place} --config ${file} --backend ${backend.name}${steps}</pre></li>
${command === 'train' && html`<li>Evaluate: <pre>npx instagan evaluate ${place}</pre></li>`}
</ol>
<details><summary>${file}</summary><pre>${json}</pre></details>
`;
}
