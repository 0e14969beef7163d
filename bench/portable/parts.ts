import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeBackends } from '@instagan/core/backends';
import type { Measured } from '../measure/measuring.ts';
import type { Profile } from '../measure/profile.ts';
import type { Verified } from '../measure/verify.ts';
import type { SettingName } from '../settings.ts';
import type { Budget } from './budget.ts';
import type { Measurer, OurVariant, Outcome } from './measurer.ts';
import { type Competitor, type Measurement, type ResultsFile, summarised } from './results.ts';

/** What there is to do, the most important first. */
export const PARTS = [
  'backends',
  'compile',
  'verify',
  'times',
  'tiles',
  'profile',
  'toggles',
  'peers',
  'stock',
  'train',
] as const;
export type PartName = (typeof PARTS)[number];

export interface PartContext {
  readonly folder: string;
  readonly budget: Budget;
  readonly results: ResultsFile;
  readonly measurer: Measurer;
  readonly settings: readonly SettingName[];
  readonly benchmarks: readonly Measurement['benchmark'][];
  readonly competitors: readonly Competitor[];
  /** Further flags of `instagan train`. */
  readonly trainFlags: readonly string[];
}

const OURS: Readonly<Record<'full' | 'mixed' | 'stock', OurVariant>> = {
  full: { precision: 'full' },
  mixed: { precision: 'mixed' },
  stock: { stock: true, tuning: false },
};

/** Each toggle by itself, against those that are set. */
const TOGGLES: Readonly<Record<string, OurVariant['toggles']>> = {
  'as set': {},
  skip_validation: { skip_validation: true },
  lazy_clear_resource_on_first_use: { lazy_clear_resource_on_first_use: true },
  timestamp_quantization: { timestamp_quantization: true },
  // Last, and not compiled ahead: kernels then are others, which took an H100's driver more than 45 s.
  disable_robustness: { disable_robustness: true },
};

const TOGGLED_SETTING = 'medium' as const;

/** With the usual tiles: those that are best with other toggles may differ. */
function toggledVariant(toggles: OurVariant['toggles']): OurVariant {
  return { precision: 'mixed', tuning: false, ...(toggles && { toggles }) };
}

/** Measures tiles, also where a table is shipped. */
function tune(measurer: Measurer, variant: OurVariant): Promise<Outcome<object>> {
  return measurer.ours<object>('translate', 'small', { ...variant, tuning: 'always' }, true);
}

/** Seconds that a training is given to write its last checkpoint, and for the translations of each direction afterwards. */
const LAST_CHECKPOINT_SECONDS = 20;
const TRANSLATION_SECONDS = 10;

const RUN: Readonly<Record<PartName, (context: PartContext) => Promise<void>>> = {
  async backends({ results }) {
    results.results.backends = (await describeBackends()).filter(({ name }) => name === 'webgpu' || name === 'wasm');
    process.stdout.write(`${JSON.stringify(results.results.backends, null, 2)}\n`);
  },
  async compile({ measurer, settings, folder }) {
    const variants = settings.flatMap((setting) => [OURS.full, OURS.mixed].map((variant) => ({ setting, variant })));
    const toggled = { setting: TOGGLED_SETTING, variant: toggledVariant({}) };
    const steps = [...variants, toggled].map(({ setting, variant }) =>
      measurer.ours<object>('step', setting, variant, true),
    );
    const cache = process.env.INSTAGAN_CACHE;
    // Times of tiles that are measured beside other work mean nothing.
    process.env.INSTAGAN_CACHE = path.join(folder, 'discarded');
    const tiles = [OURS.full, OURS.mixed].map((variant) => tune(measurer, variant));
    process.env.INSTAGAN_CACHE = cache;
    for (const outcome of await Promise.all([...steps, ...tiles])) told('compile', outcome);
  },
  async tiles({ measurer }) {
    for (const variant of [OURS.full, OURS.mixed]) told('tiles', await tune(measurer, variant));
  },
  async verify({ results, measurer }) {
    for (const precision of ['full', 'mixed'] as const) {
      const outcome = await measurer.ours<Verified>('verify', 'small', OURS[precision]);
      results.results.verified[precision] = outcome;
      told(`verify ${precision}`, outcome);
      results.save();
    }
  },
  async times(context) {
    for (const benchmark of context.benchmarks) {
      for (const setting of context.settings) {
        for (const competitor of among(context, ['full', 'mixed', 'eager'])) {
          await measure(context, benchmark, setting, competitor);
        }
      }
    }
  },
  async profile({ results, measurer, settings }) {
    for (const precision of ['mixed', 'full'] as const) {
      for (const setting of settings) {
        const outcome = await measurer.ours<Profile>('profile', setting, OURS[precision]);
        results.results.profiles[`step ${setting} ${precision}`] = outcome;
        told(`profile ${setting} ${precision}`, 'failure' in outcome ? outcome : { ms: outcome.kernelsMs });
        results.save();
      }
    }
  },
  async toggles({ results, measurer }) {
    for (const [name, toggles] of Object.entries(TOGGLES)) {
      const outcome = await measurer.ours<Measured>('step', TOGGLED_SETTING, toggledVariant(toggles));
      results.results.toggles[name] = 'failure' in outcome ? outcome : { ms: 1000 * summarised(outcome).seconds };
      told(`toggles ${name}`, results.results.toggles[name]);
      results.save();
    }
  },
  async peers(context) {
    for (const competitor of among(context, ['autocast', 'compile'])) {
      for (const setting of [...context.settings].reverse()) await measure(context, 'step', setting, competitor);
    }
  },
  async stock(context) {
    for (const competitor of among(context, ['stock'])) {
      for (const benchmark of context.benchmarks) await measure(context, benchmark, 'small', competitor);
    }
  },
  train,
};

function among({ competitors }: PartContext, wanted: readonly Competitor[]): Competitor[] {
  return wanted.filter((competitor) => competitors.includes(competitor));
}

/** Does one part, as far as there is time, and saves what it gave. */
export async function runPart(name: PartName, context: PartContext): Promise<void> {
  await RUN[name](context);
  const { results, folder } = context;
  const cache = path.join(folder, 'cache');
  const files = existsSync(cache) ? readdirSync(cache).filter((file) => file.startsWith('webgpu-tiles-')) : [];
  results.results.tiles = files.map((file) => JSON.parse(readFileSync(path.join(cache, file), 'utf8')) as unknown);
  results.save();
}

async function measure(
  { results, measurer }: PartContext,
  benchmark: Measurement['benchmark'],
  setting: SettingName,
  competitor: Competitor,
): Promise<void> {
  const measured =
    competitor === 'full' || competitor === 'mixed' || competitor === 'stock'
      ? await measurer.ours<Measured>(benchmark, setting, OURS[competitor])
      : await measurer.peer<Measured>(benchmark, setting, competitor);
  const outcome = 'failure' in measured ? measured : summarised(measured);
  results.results.measurements.push({ setting, benchmark, competitor, ...outcome });
  told(`${benchmark} ${setting} ${competitor}`, 'failure' in outcome ? outcome : { ms: 1000 * outcome.seconds });
  results.save();
}

/** Trains the drawn set of the archive for the time that is left, and translates some of its images. */
async function train({ folder, budget, results, trainFlags }: PartContext): Promise<void> {
  const data = fileURLToPath(new URL('../meadow', import.meta.url));
  const run = path.join(folder, 'run');
  const args = ['train', '--data', data, '--run', run, '--backend', 'webgpu', '--ui', 'plain', ...trainFlags];
  const seconds = budget.left - LAST_CHECKPOINT_SECONDS - 2 * TRANSLATION_SECONDS;
  if (seconds <= 0) return told('train', { failure: 'no time left' });
  const exitCode = await instagan(args, path.join(folder, 'train.log'), seconds);
  results.results.training = { command: args.slice(3).join(' '), exitCode, seconds };
  told('train', results.results.training);
  for (const direction of ['AtoB', 'BtoA'] as const) {
    const input = path.join(data, direction === 'AtoB' ? 'testA' : 'testB');
    const output = path.join(folder, `translated-${direction}`);
    const sheet = path.join(folder, `sheet-${direction}.png`);
    const flags = ['--run', run, '--input', input, '--direction', direction, '--output', output, '--sheet', sheet];
    await instagan(
      ['translate', ...flags, '--backend', 'webgpu'],
      path.join(folder, 'translate.log'),
      TRANSLATION_SECONDS,
    );
  }
}

/** Runs the command of the archive, interrupting it after so many seconds. @returns its exit code; null if it was killed */
function instagan(args: readonly string[], log: string, seconds: number): Promise<number | null> {
  const command = fileURLToPath(new URL('./instagan.js', import.meta.url));
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', output, output] });
  const interrupt = setTimeout(() => child.kill('SIGINT'), 1000 * seconds);
  const kill = setTimeout(() => child.kill('SIGKILL'), 1000 * (seconds + LAST_CHECKPOINT_SECONDS));
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearTimeout(interrupt);
      clearTimeout(kill);
      resolve(code);
    });
  });
}

function told(name: string, outcome: Outcome<object> | undefined): void {
  process.stdout.write(`${name}: ${JSON.stringify(outcome)}\n`);
}
