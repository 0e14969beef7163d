// Puts trained runs among the models that are shipped, with their cards.
//
//   node --import tsx scripts/ship-models.ts --runs runs [--only NAME]
//
// Expects below --runs the runs that MODELS names (with --only, that of one model), each scored: `instagan evaluate` and
// `instagan segmenter evaluate --json` on the set of SCORED_ON.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { exportRun } from '@instagan/core';
import type { ModelCard } from '@instagan/models';

type Figures = ModelCard['scores']['figures'];

interface Shipped {
  readonly name: string;
  /** Its run, below `--runs`. */
  readonly run: string;
  /** The trainings behind it, below `--runs`, if its run is none itself. */
  readonly trainings?: readonly string[];
  /** Of earlier trainings, whose logs are not at hand any more. */
  readonly before?: { readonly steps: number; readonly hours: number };
  readonly about: Pick<ModelCard, 'kind' | 'summary' | 'objects' | 'commands'>;
  readonly scoredBy: string;
  readonly figures: (scores: Scores) => Figures;
}

// biome-ignore lint/suspicious/noExplicitAny: what `--json` of two commands prints
type Scores = any;

const DRAW = 'instagan dataset draw --output meadow --count 400 --test-count 60 --seed 1 --size 320x320';
const SCORED_ON = 'instagan dataset draw --output fresh --count 150 --test-count 100 --seed 2026 --size 320x320';
const PRESET = '--preset recommended';
const TRAINED_ON = `${PRESET} --config weights.json --learning-rate 3e-4,2e-4`;
const SEGMENTER = '--schedule 3+9 --seed 1';

const MODELS: readonly Shipped[] = [
  {
    name: 'meadow',
    run: 'large-mean',
    trainings: ['large'],
    before: { steps: 6000 + 1158 + 3200, hours: 3.7 },
    about: {
      kind: 'translator',
      summary: 'turns drawn sheep into giraffes, and giraffes into sheep',
      objects: 'A: sheep, B: giraffes',
      commands: [
        DRAW,
        `instagan train --data meadow --run runs/first ${PRESET} --reconstruction-end 1 --schedule 8+7 --seed 3 --steps 3893`,
        `echo '{"weights": {"cycle": 4, "identity": 4}}' > weights.json`,
        'instagan train --data meadow --run runs/first --resume --config weights.json',
        `instagan train --data meadow --run runs/second --init runs/first ${TRAINED_ON} --schedule 5+8 --seed 4 --steps 702`,
        'instagan train --data meadow --run runs/second --resume --schedule 3+5 --steps 1158',
        `instagan train --data meadow --run runs/third --init runs/second ${TRAINED_ON} --output-filter binomial --schedule 4+4 --seed 5`,
        'instagan export --run runs/third --mean-with runs/first --output runs/mean --half',
        `instagan train --data meadow --run runs/fourth --init runs/third ${TRAINED_ON} --size 128x128 --output-filter binomial --schedule 2+2 --seed 6`,
        'instagan export --run runs/fourth --mean-with runs/mean --output runs/meadow --half',
      ],
    },
    scoredBy: `${SCORED_ON} && instagan evaluate --run meadow --data fresh --background fill --segmenter-a meadow/sheep --segmenter-b meadow/giraffes`,
    figures: ({ AtoB, BtoA, agreement }) => ({
      ...directionFigures('sheep to giraffes', AtoB, agreement.B),
      ...directionFigures('giraffes to sheep', BtoA, agreement.A),
    }),
  },
  segmenter('sheep', 'A'),
  segmenter('giraffes', 'B'),
];

function segmenter(objects: string, domain: string): Shipped {
  return {
    name: `meadow/${objects}`,
    run: `meadow-${objects}`,
    about: {
      kind: 'segmenter',
      summary: `finds drawn ${objects}`,
      objects,
      commands: [
        DRAW,
        `instagan segmenter train --data meadow --domain ${domain} --run runs/meadow-${objects} ${SEGMENTER}`,
      ],
    },
    scoredBy: `${SCORED_ON} && instagan segmenter evaluate --run meadow/${objects} --data fresh`,
    figures: ({ iou, ap50 }) => ({
      'IoU of all objects together': fixed(iou),
      'AP50 of single objects': fixed(ap50),
    }),
  };
}

function directionFigures(name: string, scores: Scores, agreement: Scores): Figures {
  const { masked, masks, background, images } = scores;
  return {
    [`${name}: images`]: String(images),
    [`${name}: objects alone taken for the target`]: percent(masked.objects),
    [`${name}: images whose objects are all kept`]: percent(masks.kept),
    [`${name}: objects in one piece (real ones of the target: ${percent(masks.onePiece.real)})`]: percent(
      masks.onePiece.translated,
    ),
    [`${name}: grey pixels of masks`]: percent(masks.grey),
    [`${name}: segmenter's IoU with the masks`]: fixed(agreement.translated.iou.value),
    [`${name}: SSIM of the background`]: fixed(background.ssim.value),
  };
}

const percent = ({ value }: { readonly value: number }) => `${(100 * value).toFixed(1)} %`;
const fixed = (value: number) => value.toFixed(3);

const {
  values: { runs, only },
} = parseArgs({ options: { runs: { type: 'string', default: 'runs' }, only: { type: 'string' } } });
const weights = fileURLToPath(new URL('../models/weights', import.meta.url));

for (const { name, run, trainings = [run], before, about, scoredBy, figures } of MODELS) {
  if (only !== undefined && name !== only) continue;
  const from = path.join(runs, run);
  const to = path.join(weights, name);
  // Folders of other models may lie within.
  for (const part of ['config.json', 'checkpoints', 'card.json']) {
    rmSync(path.join(to, part), { recursive: true, force: true });
  }
  const { step } = await exportRun(from, to, { floatType: 'F16' });
  const { size } = JSON.parse(readFileSync(path.join(to, 'config.json'), 'utf8'));
  const folder = `checkpoints/step-${String(step).padStart(8, '0')}`;
  const files = ['config.json', `${folder}/manifest.json`, `${folder}/model.safetensors`];
  const card: ModelCard = {
    ...about,
    size: `${size.height}x${size.width}`,
    steps: step + (before?.steps ?? 0),
    ...timesOf(
      trainings.map((each) => path.join(runs, each, 'events.jsonl')),
      before?.hours,
    ),
    licence: 'MIT; trained on drawings in the public domain (CC0-1.0)',
    scores: { command: scoredBy, figures: figures(JSON.parse(readFileSync(`${from}.scores.json`, 'utf8'))) },
    sha256: Object.fromEntries(files.map((file) => [file, hashOf(path.join(to, file))])),
  };
  writeFileSync(path.join(to, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  console.log(`${name}: step ${step}, ${card.hours} h, ${pathToFileURL(to)}`);
}

/** Hours that all steps take as long as half of them took at most, without what else the machine did; and what computed. */
function timesOf(logs: readonly string[], hoursBefore = 0): Pick<ModelCard, 'hours' | 'device'> {
  let [hours, device] = [hoursBefore, ''];
  for (const log of logs) {
    const events = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const steps = events.filter(({ type }) => type === 'step');
    const seconds = steps.map((event) => event.seconds).sort((a, b) => a - b);
    hours += (Math.max(...steps.map(({ step }) => step)) * seconds[Math.floor(seconds.length / 2)]) / 3600;
    const { backend } = events.findLast(({ type }) => type === 'run-started');
    device = `${backend.name}, ${backend.device}`;
  }
  return { hours: Math.round(hours * 10) / 10, device };
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
