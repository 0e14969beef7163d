// What the portable benchmark does, see build.js: everything that a GPU has to show in the minutes that there are, the most important
// first. Writes results.json and results.md after each measurement; ends with a training for the minutes that are left.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '@instagan/core/data';
import { oneOf, parseSize, wholeNumber } from '../option-values.ts';
import { SETTINGS, type SettingName } from '../settings.ts';
import { Budget } from './budget.ts';
import { Measurer } from './measurer.ts';
import { PARTS, runPart } from './parts.ts';
import { BENCHMARKS, COMPETITORS, ResultsFile } from './results.ts';

const USAGE = `sh run.sh [options] [-- FLAGS]

  --minutes N         for everything; what is left after the measurements goes into training (10)
  --parts LIST        of ${PARTS.join(', ')} (all, in this order)
  --settings LIST     of ${Object.keys(SETTINGS).join(', ')} (all)
  --benchmarks LIST   of ${BENCHMARKS.join(', ')} (both)
  --competitors LIST  of ${COMPETITORS.join(', ')} (all)
  --steps N           repeats that count (10)
  --size HxW --ngf N --blocks N   instead of the settings': for a trial
  --limit SECONDS     for each measurement (120)
  --output DIR        for all results (results)
  -- FLAGS            more flags for the training, as of \`instagan train\``;

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values, positionals } = readFlags();
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const list = <T extends string>(name: 'parts' | 'settings' | 'benchmarks' | 'competitors', all: readonly T[]): T[] =>
    values[name] === undefined ? [...all] : values[name].split(',').map((each) => oneOf(`--${name}`, each, all));
  const number = (name: 'steps' | 'limit' | 'ngf' | 'blocks', usual: number) =>
    values[name] === undefined ? usual : wholeNumber(name, values[name], 1);
  const minutes = Number(values.minutes ?? 10);
  if (!(minutes > 0)) throw new UsageError(`--minutes takes a number above 0, not ${values.minutes}.`);
  const parts = list('parts', PARTS);
  const settings = list('settings', Object.keys(SETTINGS) as SettingName[]);
  const [benchmarks, competitors] = [list('benchmarks', BENCHMARKS), list('competitors', COMPETITORS)];

  const folder = path.resolve(values.output ?? 'results');
  const budget = new Budget(60 * minutes);
  const measurer = new Measurer({
    budget,
    repeats: number('steps', 10),
    limitSeconds: number('limit', 120),
    changes: {
      ...(values.size !== undefined && parseSize(values.size)),
      ...(values.ngf !== undefined && { ngf: number('ngf', 0), ndf: number('ngf', 0) }),
      ...(values.blocks !== undefined && { blocks: number('blocks', 0) }),
    },
  });
  mkdirSync(folder, { recursive: true });
  // Tile times go where the results are.
  process.env.INSTAGAN_CACHE = path.join(folder, 'cache');
  const results = new ResultsFile(folder);
  const context = { folder, budget, results, measurer, settings, benchmarks, competitors, trainFlags: positionals };
  for (const part of parts) await runPart(part, context);
  process.stdout.write(`\n${results.markdown()}`);
}

function readFlags() {
  const text = { type: 'string' } as const;
  const lists = { parts: text, settings: text, benchmarks: text, competitors: text };
  const sizes = { size: text, ngf: text, blocks: text };
  const options = { ...lists, ...sizes, minutes: text, steps: text, limit: text, output: text };
  try {
    return parseArgs({ allowPositionals: true, options: { ...options, help: { type: 'boolean', default: false } } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}
