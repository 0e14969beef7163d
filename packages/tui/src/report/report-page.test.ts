import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DirectionScores, Estimate } from '@instagan/core/evaluation';
import type { RunEventBody } from '@instagan/core/events';
import { encodeImage } from '@instagan/datasets';
import t, { type Test } from 'tap';
import type { RunEntry } from '../dashboard/log/run-entry.ts';
import { loggedRun, meadowEvents, NOW_MS, runWith, trainedRun } from '../dashboard/test-support.ts';
import { EmbeddedSamples } from './embedded-samples.ts';
import { Html, html, jsonData } from './html.ts';
import { isReport, reportPage } from './page/report-page.ts';
import { readReportedRuns } from './reported-run.ts';
import { evaluationFile } from './saved-evaluations.ts';

const HOSTILE = '<script>alert(1)</script>"\'&\u202e';
const PNG = await encodeImage('sample.png', { width: 20, height: 4, data: new Uint8Array(240).fill(90) });

async function pageOf(...entries: RunEntry[]): Promise<string> {
  const runs = await readReportedRuns(entries, new EmbeddedSamples());
  return reportPage({ runs, nowMs: NOW_MS, reloadSeconds: null });
}

/** What a reader sees of a section, without markup; blanks and line breaks are one blank. */
function textOf(page: string, section: string): string {
  const [, content = ''] = new RegExp(`<section id="${section}">([\\s\\S]*?)</section>`).exec(page) ?? [];
  const plain = content.replaceAll(/<script[\s\S]*?<\/script>/g, '').replaceAll(/<[^>]*>/g, ' ');
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  return plain.replaceAll(/&[#\w]+;/g, (each) => entities[each as keyof typeof entities]).replaceAll(/\s+/g, ' ');
}

function writeSamples(entry: RunEntry, ...names: string[]): void {
  mkdirSync(path.join(entry.folder, 'samples'));
  for (const name of names) writeFileSync(path.join(entry.folder, 'samples', name), PNG);
}

const around = (value: number): Estimate => ({ value, low: value - 0.05, high: value + 0.05 });
const NONE: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
const taken = { objects: around(0.9), images: around(0.8), real: around(0.95), untranslated: around(0.1) };

/** The scores of a model without masks of its own. */
const SCORES: DirectionScores = {
  images: 10,
  objects: 24,
  plain: taken,
  masked: { ...taken, images: NONE },
  masks: null,
  background: { psnr: around(25), ssim: around(0.9) },
  rim: { psnr: around(20), ssim: around(0.8) },
  sharpness: { objects: around(0.5), background: around(1) },
  reconstruction: { error: around(4), iou: NONE },
  kid: { images: around(0.2), objects: around(0.3) },
};

function writeEvaluation(t: Test, entry: RunEntry, step: number, scores = SCORES, variant: string[] = []): void {
  const report = {
    ...{ run: entry.name, step, data: 'meadow', split: 'test', variant, score: 0.75, AtoB: scores, agreement: {} },
    classifier: { file: 'classifier.safetensors', accuracy: { plain: 0.98, masked: 0.97, objects: 50 } },
  };
  const file = evaluationFile(entry.folder, report);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(report));
  t.match(file, `test-step-${String(step).padStart(8, '0')}`);
}

t.test('text from outside is never markup, in elements, attributes and data', async (t) => {
  t.equal(html`<p title="${HOSTILE}">${'a\u0000<b>'}</p>`.markup.includes('<script'), false);
  t.equal(html`<p>${`"'&<>`}</p>`.markup, '<p>&quot;&#39;&amp;&lt;&gt;</p>');
  t.equal(html`${'x\u202ey\u0007'}`.markup, 'x\\u202ey\\x07', 'what turns the direction of writing around is spelled');
  t.equal(html`${[html`<i></i>`, null, false, 'a', 1]}${new Html('<b>')}`.markup, '<i></i>a1<b>');
  const data = { name: '</script><script>alert(1)</script>' };
  t.notMatch(jsonData(data).markup, '<');
  t.same(JSON.parse(jsonData(data).markup), data);
});

t.test('a page holds hostile names, messages, settings and paths as text', async (t) => {
  const entry = runWith(t, 'meadow <b>&"', { model: HOSTILE, size: HOSTILE, [HOSTILE]: HOSTILE }, [
    { type: 'alarm', code: 'loss-exploding', message: HOSTILE, step: 3 },
    { type: 'warning', code: HOSTILE, message: HOSTILE },
    { type: 'validation', step: 100, scores: { [HOSTILE]: 0.5 }, seconds: 1 },
    { type: 'sample', step: 250, path: `samples/${HOSTILE.replaceAll('/', '')}.png` },
    { type: 'run-failed', step: 200, message: HOSTILE },
  ]);
  writeSamples(entry, `${HOSTILE.replaceAll('/', '')}.png`);
  const page = await pageOf(entry);
  const scripts = page.match(/<script\b[^>]*>/g) ?? [];
  t.ok(scripts.length > 2);
  t.equal(scripts.filter((tag) => tag === '<script>').length, 1, 'one script, all others are data');
  t.notMatch(page, /<b>&"|<script>alert|\u202e/);
  t.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;');
  for (const section of ['settings', 'alarms']) t.match(textOf(page, section), '<script>alert(1)</script>', section);
  t.notMatch(page.replaceAll(/"data:[^"]*"/g, ''), /\bon[a-z]+=|javascript:|(src|href)="(?!#)/, 'nothing is loaded');
});

t.test('settings that differ between the runs come first, then those that are not the defaults', async (t) => {
  const config = { model: 'instagan', ngf: 16, size: { height: 64, width: 64 } };
  const page = await pageOf(runWith(t, 'slow', config), runWith(t, 'fast', { ...config, ngf: 32 }));
  const text = textOf(page, 'settings');
  t.match(text, /Differ between the runs slow fast default ngf 16 32 64 channels of the generator's first layer/);
  t.match(
    text,
    /The same in all runs, but not the defaults value default size 64x64 200x200 height x width trained on/,
  );
  t.match(text, /\d+ settings with their defaults .*blocks 9 9/);
  t.equal(text.match(/\bngf\b/g)?.length, 1);
});

t.test('a model that this version does not know shows its settings as they were logged', async (t) => {
  const page = await pageOf(runWith(t, 'future', { model: 'diffusion', steps: { count: 7 } }));
  t.match(textOf(page, 'settings'), /model diffusion steps\.count 7/);
  t.match(textOf(page, 'reproduce'), 'does not know the model');
});

t.test('curves have a chart for each group of a run, and one for each loss of several runs', async (t) => {
  const alone = textOf(await pageOf(runWith(t, 'one', { model: 'instagan' })), 'curves');
  t.match(alone, /content losses cycleA 0\.\d+ contextA 1/);
  const page = await pageOf(runWith(t, 'two', { model: 'instagan' }), runWith(t, 'three', { model: 'instagan' }));
  t.match(textOf(page, 'curves'), /Content losses cycleA two 0\.\d+ three 0\.\d+ [\s\S]*contextA two 1 three 1/);
  const [, json = ''] = /<script type="application\/json">([^<]*)/.exec(page) ?? [];
  const { lastStep, curves } = JSON.parse(json);
  t.equal(lastStep, 200);
  t.equal(curves.length, 2);
  t.equal(curves[0].steps.length, curves[0].texts.length);
  t.equal(curves[0].steps.at(-1), 200);
  t.notMatch(page, /d="[^"]*NaN/);
});

t.test('samples lie in the page, the newest is shown, and what is no picture of the run is left out', async (t) => {
  const more: RunEventBody[] = [
    { type: 'sample', step: 210, path: '../secret.png' },
    { type: 'sample', step: 220, path: 'samples/text.png' },
  ];
  const entry = runWith(t, 'meadow', { model: 'instagan' }, more);
  writeSamples(entry, '50-AtoB.png', '50-BtoA.png', '100-AtoB.png');
  writeFileSync(path.join(entry.folder, 'samples/text.png'), 'no picture');
  writeFileSync(path.join(entry.folder, '../secret.png'), PNG);
  const page = await pageOf(entry);
  t.equal(page.match(/src="data:image\/png;base64,[\w+/]+=*"/g)?.length, 3);
  t.match(page, 'data-steps="50 100"');
  t.match(page, /<div class="set" data-step="50" hidden>/);
  t.match(page, /<div class="set" data-step="100">/);
  t.match(textOf(page, 'samples'), /A to B step 50 .*B to A step 50 .*A to B step 100/);
});

t.test('scores are those of the newest evaluation, with intervals; a damaged file is passed over', async (t) => {
  const entry = runWith(t, 'meadow', { model: 'instagan' });
  t.match(textOf(await pageOf(entry), 'scores'), 'Nothing has been evaluated yet');
  writeEvaluation(t, entry, 100);
  writeEvaluation(t, entry, 200, { ...SCORES, plain: { ...taken, objects: around(0.5) } });
  writeFileSync(path.join(entry.folder, 'evaluation/test-step-00000300.json'), '{"step": 300}');
  const page = await pageOf(entry);
  const text = textOf(page, 'scores');
  t.match(text, /meadow step 200 0\.750 98\.0 % of 50 held-out objects/);
  t.match(text, /A to B: 10 images, 24 objects translated real B real A/);
  t.match(text, /objects taken for B 50\.0 % \(45\.0 % to 55\.0 %\) 95\.0 % 10\.0 %/);
  t.match(text, /images taken for B, by their objects alone none/);
  t.notMatch(text, 'NaN');
  t.match(page, /<g class="c0"><path d="M[\d.]+ 7H[\d.]+"\/>\s*<circle/);
});

t.test('scores of another variant stand beside those of the run, with their options', async (t) => {
  const entry = runWith(t, 'meadow', { model: 'instagan' });
  writeEvaluation(t, entry, 100);
  writeEvaluation(t, entry, 200, SCORES, ['--instances-per-chunk 1']);
  writeEvaluation(t, entry, 200);
  const text = textOf(await pageOf(entry), 'scores');
  t.match(text, /meadow step 200 0\.750/);
  t.match(text, /meadow --instances-per-chunk 1 step 200 0\.750/);
  t.notMatch(text, 'step 100');
  t.match(text, /A to B: 10 images, 24 objects meadow meadow --instances-per-chunk 1 real B real A/);
});

t.test('alarms of a run are shown, and that its process is gone', async (t) => {
  const alarm: RunEventBody = { type: 'alarm', code: 'loss-exploding', message: 'cycleA grows', step: 150 };
  const lost = textOf(await pageOf(runWith(t, 'lost', { model: 'instagan' }, [alarm])), 'alarms');
  t.match(lost, /the training process is gone.*step 150: cycleA grows/);
  const live = trainedRun(t, meadowEvents(), 'live');
  t.match(textOf(await pageOf(live), 'alarms'), 'There is no alarm.');
});

t.test('commands repeat a run with its settings, data, backend and length', async (t) => {
  const [started, ...rest] = meadowEvents();
  const config = { model: 'instagan', ngf: 16, epochs: { constant: 1, decay: 1 } };
  const known = { ...started, config, version: '0.0.9', data: 'my sets/meadow' } as RunEventBody;
  const page = await pageOf(loggedRun(t, [known, ...rest], "it's"));
  const text = textOf(page, 'reproduce');
  t.match(text, /They were used with instagan 0\.0\.9/);
  t.match(
    text,
    /npx instagan train --run '.*it'\\''s-again' --data 'my sets\/meadow' --config it-s\.json --backend wasm --steps 400 /,
  );
  const [, saved = ''] = /href="data:application\/json;base64,([^"]+)"/.exec(page) ?? [];
  t.match(JSON.parse(Buffer.from(saved, 'base64').toString()), { ngf: 16, ndf: 64, epochs: config.epochs });
});

t.test('a page is known as one that may be replaced', async (t) => {
  t.ok(isReport((await pageOf(runWith(t, 'meadow', {}))).slice(0, 4096)));
  t.notOk(isReport('<!doctype html><title>my notes</title>'));
});
