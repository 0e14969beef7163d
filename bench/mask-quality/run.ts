// How good translations are whose masks are not: `npm run bench:masks`, see options.ts and docs/masks.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadTranslator, openBackend, type Sample } from '@instagan/core';
import { type DomainName, type SizePx, UserError } from '@instagan/core/data';
import { trainClassifier } from '@instagan/core/evaluation';
import { loadSample, readDomainFolder, type SplitName } from '@instagan/datasets';
import { runCommand } from '../run-command.ts';
import { drawChart } from './chart.ts';
import {
  jitteredCondition,
  type MaskCondition,
  predictedCondition,
  shiftedCondition,
  type TestImage,
  trueCondition,
} from './mask-condition.ts';
import { type MaskQualityOptions, parseMaskQualityOptions, USAGE } from './options.ts';
import { chartOf, type MaskQualityReport, type MaskQualityResult, tableOf } from './report.ts';
import { backgroundOf, scoreTranslations, shareOf, translateWithTrueMasks } from './score-translations.ts';
import { estimate } from './scores.ts';

await runCommand(USAGE, async (args) => {
  const options = parseMaskQualityOptions(args);
  const backend = await openBackend(options.backend, { threads: options.threads });
  try {
    const report = await measure(options);
    await mkdir(dirname(options.output), { recursive: true });
    await writeFile(`${options.output}.json`, `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(`${options.output}.svg`, drawChart(chartOf(report, options.title)));
    process.stdout.write(`${tableOf(report)}\nWritten: ${options.output}.json and ${options.output}.svg\n`);
  } finally {
    await backend.close();
  }
});

async function measure(options: MaskQualityOptions): Promise<MaskQualityReport> {
  const { data, runs, direction, size, classifierSteps, seed } = options;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const [source, target] = direction === 'AtoB' ? (['A', 'B'] as const) : (['B', 'A'] as const);
  const samplesOf = async (split: SplitName, domain: DomainName) =>
    (await loadImages(data, split, domain, size)).map(({ sample }) => sample);

  const translators = [];
  for (const { folder } of runs) translators.push(await loadTranslator(folder, direction));
  const images = (await loadImages(data, 'test', source, size)).slice(0, options.images);
  const conditions = await conditionsFor(images, options);

  say('training the classifier');
  const train = { A: await samplesOf('train', 'A'), B: await samplesOf('train', 'B') };
  const { classifier } = await trainClassifier(train, { steps: classifierSteps, seed });
  const realTargets = await samplesOf('test', target);
  const shares = async (samples: readonly Sample[]) => {
    const each = [];
    for (const sample of samples) each.push(await shareOf(target, classifier, sample));
    return estimate(each);
  };
  const untranslated = await shares(images.map(({ sample }) => sample));
  const real = await shares(realTargets);
  say(`taken for ${target}: ${percent(real.mean)} of real ${target}, ${percent(untranslated.mean)} of real ${source}`);

  const withTrueMasks: Sample[][] = [];
  for (const translator of translators) withTrueMasks.push(await translateWithTrueMasks(translator, images));
  const background = backgroundOf(images, withTrueMasks);
  const results: MaskQualityResult[] = [];
  for (const [i, translator] of translators.entries()) {
    const name = runs[i]?.name as string;
    const comparison = { images, background, withTrueMasks: withTrueMasks[i] as Sample[], classifier, target };
    for (const condition of conditions) {
      const { kind, strength, iou } = condition;
      const scores = await scoreTranslations(translator, condition, comparison);
      results.push({ run: name, step: translator.step, kind, strength, iou, ...scores });
      say(`${name}, ${kind} masks${strength === null ? '' : ` (${strength})`}: ${percent(scores.translated.mean)}`);
    }
    translator.dispose();
  }
  classifier.dispose();
  return { direction, images: images.length, classifier: { real, untranslated }, results };
}

async function conditionsFor(
  images: readonly TestImage[],
  { strengths, draws, shifts, seed, predicted, size }: MaskQualityOptions,
): Promise<MaskCondition[]> {
  const jittered = strengths.map((strength) => jitteredCondition(images, strength, draws, seed));
  const shifted = shifts.map((shift) => shiftedCondition(images, shift));
  const found = predicted === null ? [] : [await predictedCondition(images, predicted, size)];
  return [trueCondition(images), ...jittered, ...shifted, ...found];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** @throws UserError if there is no image with a mask */
async function loadImages(root: string, split: SplitName, domain: DomainName, size: SizePx): Promise<TestImage[]> {
  const { images, imageFolder } = await readDomainFolder(root, split, domain);
  const loaded: TestImage[] = [];
  for (const file of images) {
    const { maskNumbers: _, ...sample } = await loadSample(file, { size });
    const masks = sample.masks.filter((mask) => mask.some((value) => value > 0));
    if (masks.length > 0) loaded.push({ file, sample: { ...sample, masks } });
  }
  if (loaded.length > 0) return loaded;
  throw new UserError(
    `${root} has no image with a mask in ${imageFolder}: give a dataset with train and test folders.`,
  );
}
