import type { EmbeddedPicture, EmbeddedSet } from '../embedded-samples.ts';
import { type Html, html } from '../html.ts';
import type { ReportedRun } from '../reported-run.ts';
import { type ReportContent, runName, type Section } from './section.ts';

/** Narrower pictures are enlarged, with their pixels as squares. */
const SMALL_PX = 640;

/** What the model made of the same images over the steps, with a slider; null before the first samples. */
export function samplesSection({ runs }: ReportContent): Section | null {
  const shown = runs.filter(({ samples }) => samples.length > 0);
  const steps = [...new Set(shown.flatMap(({ samples }) => samples.map(({ step }) => step)))].sort((a, b) => a - b);
  const last = steps.at(-1);
  if (last === undefined) return null;
  const content = html`${
    steps.length > 1 &&
    html`<form class="choices slider" data-steps="${steps.join(' ')}">
<button type="button" id="play">play</button>
<label>step <output id="step">${last}</output>
<input type="range" id="sample" min="0" max="${steps.length - 1}" value="${steps.length - 1}" step="1"></label>
</form>`
  }
${shown.map((run) => samplesOf(run, last, runs.length > 1))}
<p class="note">Each row: input, its masks, output, its masks, and translated back. <span class="hint">Choose a step with ← and → on the slider${
    shown.length > 1 && '; a run that has no samples of it shows those of the nearest step'
  }.</span></p>
`;
  return { id: 'samples', title: 'Samples', content };
}

function samplesOf(run: ReportedRun, step: number, isNamed: boolean): Html {
  const nearest = run.samples.reduce((best, set) =>
    Math.abs(set.step - step) < Math.abs(best.step - step) ? set : best,
  );
  return html`<div class="samples">${isNamed && html`<h3>${runName(run)}</h3>`}
${run.samples.map((set) => setOf(set, set === nearest))}</div>
`;
}

function setOf({ step, pictures }: EmbeddedSet, isShown: boolean): Html {
  return html`<div class="set" data-step="${step}"${!isShown && html` hidden`}>${pictures.map((picture) => pictureOf(picture, step))}</div>
`;
}

function pictureOf({ direction, source, width, height }: EmbeddedPicture, step: number): Html {
  const way = direction === '' ? '' : direction === 'AtoB' ? 'A to B' : 'B to A';
  return html`<figure><figcaption>${way} <span class="none">step ${step}</span></figcaption>
<img${width < SMALL_PX && html` class="small"`} width="${width}" height="${height}" alt="samples ${way} at step ${step}" src="${source}"></figure>`;
}
