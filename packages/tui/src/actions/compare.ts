import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  CONFIG_FILE,
  DIRECTIONS,
  listCheckpoints,
  PRESETS,
  type PresetName,
  readRunConfig,
  type TrainingConfig,
  type TranslationDirection,
  translationConfigs,
  UsageError,
  UserError,
  writeAtomically,
} from '@instagan/core';
import { likeTraining } from '@instagan/core/evaluation';
import { eventLogFile, readEvents } from '@instagan/core/events';
import { type Fields, mergeFields } from '@instagan/core/settings';
import { encodeImage } from '@instagan/datasets';
import { EXIT_CODE } from '../exit-code.ts';
import type { ComputeOptions } from '../options/shared.ts';
import type { ShardValue } from '../options/values.ts';
import { counted } from '../output/format.ts';
import { openTerminal, printJson, type Terminal } from '../output/terminal.ts';
import { type EvaluationReport, readEvaluations } from '../report/saved-evaluations.ts';
import { supervise } from './child-exit.ts';
import { comparisonPictures } from './comparison-pictures.ts';
import { type ComparedRun, type ComparedTranslation, openPlan, runsOf, translationsOf } from './comparison-plan.ts';
import { type ScoredRun, tableLines, tableMarkdown } from './comparison-table.ts';
import { dataFolder } from './data-folder.ts';
import { variantOf } from './evaluation-variant.ts';
import { openCompute } from './open-compute.ts';
import { refuseAmongImages } from './output-folder.ts';
import { differencesFrom, readConfigFile } from './resolve-config.ts';

export interface CompareCommandOptions extends ComputeOptions {
  readonly data: string;
  readonly plan: string;
  readonly output: string;
  readonly preset?: PresetName;
  readonly config?: string;
  readonly schedule?: Fields;
  readonly seeds: readonly number[];
  readonly images?: number;
  readonly shard?: ShardValue;
  readonly json?: true;
}

/** A training and its folder. */
interface Training extends ComparedRun {
  readonly run: string;
}

/** A row of the table with one seed. */
type Row = ComparedTranslation<Training>;

/**
 * `instagan compare`: trains what a plan names and is not yet trained, scores each training, and writes a table and a
 * picture of all. Started again, it goes on.
 *
 * @returns the exit code: that of the first command that failed or was interrupted
 * @throws UsageError, UserError
 */
export async function compareAction(given: CompareCommandOptions): Promise<number> {
  const terminal = openTerminal();
  for (const direction of DIRECTIONS) refuseAmongImages('--output', pictureFile(given.output, direction));
  const plan = await openPlan(given.plan);
  const options = { ...given, data: await dataFolder(given.data, terminal.remark) };
  const preset = options.preset === undefined ? {} : PRESETS[options.preset].settings;
  const file = options.config === undefined ? {} : await readConfigFile(translationConfigs, options.config);
  const common = [preset, file, options.schedule ?? {}].reduce(mergeFields, {} as Fields);
  const trainings = runsOf(plan, common, options.seeds).map((run) => ({
    ...run,
    run: path.join(options.output, run.folder),
  }));
  const rows = translationsOf(plan, trainings);
  for (const training of trainings) await requireSame(training);
  const { number, count } = options.shard ?? { number: 1, count: 1 };
  for (const [i, training] of trainings.entries()) {
    if (i % count !== number - 1) continue;
    const own = rows.filter((row) => row.training === training);
    const exitCode = await complete(training, own, options, terminal);
    if (exitCode !== EXIT_CODE.done) return exitCode;
  }
  return report(rows, options, terminal);
}

/** @throws UsageError if the folder holds a training with other settings */
async function requireSame({ run, config }: Training): Promise<void> {
  if (!isBegun(run)) return;
  const differences = differencesFrom(translationConfigs, await readRunConfig(translationConfigs, run), config);
  if (differences.length === 0) return;
  throw new UsageError(
    `${run} was trained with other settings (${differences.join(', ')}): choose another --output, or delete it.`,
  );
}

/** Trains and scores what is not, in processes of their own: what one leaves behind cannot disturb the next. */
async function complete(
  { cell, seed, run, config }: Training,
  rows: readonly Row[],
  options: CompareCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { data } = options;
  const say = (name: string, doing: string) => {
    const text = `${name}, seed ${seed}: ${doing}`;
    if (options.json) terminal.remark(text);
    else terminal.line(text);
  };
  const compute = ['--backend', options.backend, ...optional('--threads', options.threads)];
  if (!(await isTrained(run))) {
    say(cell, 'training');
    const planned = `${run}.json`;
    await writeAtomically(planned, `${JSON.stringify(config, null, 2)}\n`, { makesFolder: true });
    // One that was killed before its first checkpoint begins anew.
    const how = isBegun(run) ? ['--resume'] : ['--config', planned];
    const exitCode = await instagan(['train', '--data', data, '--run', run, ...how, '--ui', 'plain', ...compute]);
    if (exitCode !== EXIT_CODE.done) return exitCode;
    if (!(await isTrained(run)))
      throw new UserError(`${run} was stopped before its end: give the same command to go on.`);
  }
  for (const row of rows) {
    if ((await readScores(row, options)) !== null) continue;
    say(row.name, 'scoring');
    const how = [...optional('--images', options.images), ...optional('--instances-per-chunk', row.instancesPerChunk)];
    const classifier = classifierFile(config, options);
    const evaluate = ['evaluate', '--run', run, '--data', data, '--classifier', classifier, ...how, ...compute];
    const exitCode = await instagan(evaluate);
    if (exitCode !== EXIT_CODE.done) return exitCode;
  }
  return EXIT_CODE.done;
}

/** Where the classifier is that scores all trainings of a size. */
function classifierFile(config: TrainingConfig, { output }: CompareCommandOptions): string {
  const { size } = likeTraining(config);
  const name = size === 'keep' ? size : `${size.height}x${size.width}`;
  return path.join(output, `classifier-${name}.safetensors`);
}

function optional(option: string, value: number | undefined): string[] {
  return value === undefined ? [] : [option, String(value)];
}

function isBegun(run: string): boolean {
  return existsSync(path.join(run, CONFIG_FILE));
}

/** Whether a training came to the end of its schedule. */
async function isTrained(run: string): Promise<boolean> {
  const log = eventLogFile(run);
  if (!existsSync(log)) return false;
  let isDone = false;
  for await (const event of readEvents(log)) {
    if (event.type === 'run-started') isDone = false;
    else if (event.type === 'run-finished') isDone = event.reason === 'completed';
  }
  return isDone;
}

/**
 * The scores of the last checkpoint on the test images, if there are any: made as this comparison makes them, since a run may have been
 * evaluated otherwise besides. Folders may have moved meanwhile.
 */
async function readScores(
  { training: { run, config }, instancesPerChunk }: Row,
  options: CompareCommandOptions,
): Promise<EvaluationReport | null> {
  const [last] = await listCheckpoints(run);
  const variant = variantOf(config, { instancesPerChunk, images: options.images }).join(' ');
  const found = (await readEvaluations(run)).find(
    ({ step, split, data, classifier, ...report }) =>
      step === last?.step &&
      split === 'test' &&
      report.variant.join(' ') === variant &&
      path.basename(data) === path.basename(options.data) &&
      path.basename(classifier.file) === path.basename(classifierFile(config, options)),
  );
  return found ?? null;
}

/** Runs another command, with its output shown, and waits for its end. */
function instagan(args: readonly string[]): Promise<number> {
  const [, script = ''] = process.argv;
  return supervise(
    spawn(process.execPath, [...process.execArgv, script, ...args], { stdio: ['ignore', 2, 'inherit'] }),
  );
}

function pictureFile(output: string, direction: TranslationDirection): string {
  return path.join(output, `pictures-${direction}.png`);
}

/** Writes what is known of all trainings, and says where. */
async function report(rows: readonly Row[], options: CompareCommandOptions, terminal: Terminal): Promise<number> {
  const { output } = options;
  const scored: ScoredRun[] = [];
  for (const row of rows) {
    const scores = await readScores(row, options);
    if (scores !== null) scored.push({ cell: row.name, seed: row.training.seed, scores });
  }
  const files = { table: path.join(output, 'table.md'), scores: path.join(output, 'scores.json') };
  // Shards on other machines may be writing theirs.
  const isOnlyWriter = options.shard === undefined;
  await writeAtomically(files.table, `${tableMarkdown(scored)}\n`, { makesFolder: true, isOnlyWriter });
  await writeAtomically(files.scores, `${JSON.stringify(scored, null, 2)}\n`, { isOnlyWriter });
  const pictures: string[] = [];
  if (scored.length === rows.length) {
    const backend = await openCompute(options, terminal.remark);
    try {
      for (const direction of DIRECTIONS) {
        const file = pictureFile(output, direction);
        const picture = await encodeImage(file, await comparisonPictures(rows, options.data, direction, backend));
        await writeAtomically(file, picture, { isOnlyWriter });
        pictures.push(file);
      }
    } finally {
      await backend.close();
    }
  }
  if (options.json) printJson({ ...files, pictures, runs: scored, left: rows.length - scored.length });
  else {
    terminal.line();
    for (const line of tableLines(scored)) terminal.line(line);
    terminal.line();
    terminal.line(`Table: ${files.table}, scores: ${files.scores}`);
    for (const file of pictures) terminal.line(`Pictures: ${file}`);
    if (scored.length < rows.length)
      terminal.line(`Of ${counted(rows.length, 'result')}, ${rows.length - scored.length} are left.`);
  }
  return EXIT_CODE.done;
}
