import {
  readText,
  type TrainingConfig,
  translationConfigs,
  translationModel,
  UsageError,
  UserError,
} from '@instagan/core';
import { type Fields, fixedOtherwise, isFields, mergeFields } from '@instagan/core/settings';
import { type ComparisonPlan, PLANS, type PlannedTranslation } from '../options/comparison-plans.ts';
import { fixedText, requireTaken } from './resolve-config.ts';

const TRANSLATION_EXAMPLE = '{"one after the other": {"cell": "paper", "instancesPerChunk": 1}}';
const EXAMPLE = '{"common": {"ngf": 16}, "cells": {"paper": {}, "nearest": {"upsampling": "nearest"}}}';

/**
 * The plan of a name, or of a JSON file, see {@link ComparisonPlan}.
 *
 * @throws UsageError naming what is wrong; UserError if the file cannot be read
 */
export async function openPlan(nameOrFile: string): Promise<ComparisonPlan> {
  if (Object.hasOwn(PLANS, nameOrFile)) return PLANS[nameOrFile as keyof typeof PLANS];
  const text = await readText(nameOrFile).catch(() => {
    throw new UserError(`There is no plan ${nameOrFile}: give ${Object.keys(PLANS).join(', ')} or a JSON file.`);
  });
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${nameOrFile} is not JSON (${(error as Error).message}): correct it.`);
  }
  if (!isPlan(plan)) {
    throw new UsageError(`${nameOrFile} must hold the settings of each training, by name, such as ${EXAMPLE}.`);
  }
  const { translations = {} } = plan;
  if (!areTranslations(translations)) {
    throw new UsageError(
      `The translations of ${nameOrFile} must name a cell and a number each, such as ${TRANSLATION_EXAMPLE}.`,
    );
  }
  return { ...plan, translations };
}

function isPlan(value: unknown): value is Pick<ComparisonPlan, 'common' | 'cells'> & { translations?: unknown } {
  if (!isFields(value)) return false;
  const { common = {}, cells, translations: _, ...others } = value;
  const isWhole = isFields(common) && isFields(cells) && Object.keys(others).length === 0;
  return isWhole && Object.keys(cells).length > 0 && Object.values(cells).every(isFields);
}

function areTranslations(value: unknown): value is Readonly<Record<string, PlannedTranslation>> {
  if (!isFields(value)) return false;
  return Object.values(value).every((each) => {
    if (!isFields(each)) return false;
    const { cell, instancesPerChunk, ...others } = each;
    const isNumber = Number.isSafeInteger(instancesPerChunk) && (instancesPerChunk as number) >= 1;
    return typeof cell === 'string' && isNumber && Object.keys(others).length === 0;
  });
}

/** A training of a comparison: one cell with one seed. */
export interface ComparedRun {
  readonly cell: string;
  readonly seed: number;
  readonly config: TrainingConfig;
  /** Name of its folder, such as `whole-images-seed-1`. */
  readonly folder: string;
}

/**
 * The trainings of a plan, cell by cell.
 *
 * @param common settings of all, which go before the plan's own; those of a cell go before both. Where the model of a cell fixes one, that
 *   cell goes without
 * @throws UsageError for a setting that does not exist, a wrong value, one that the model of its cell fixes otherwise, or those of all cells,
 *   or two cells whose folders would have one name
 */
export function runsOf(plan: ComparisonPlan, common: Fields, seeds: readonly number[]): readonly ComparedRun[] {
  const runs = Object.entries(plan.cells).flatMap(([cell, settings]) =>
    seeds.map((seed) => {
      const fields = [plan.common ?? {}, common, settings, { seed }].reduce(mergeFields);
      const config = translationConfigs.parse(fields, `The cell "${cell}"`);
      requireTaken(translationConfigs, settings, config, `The cell "${cell}"`);
      return { cell, seed, config, folder: `${folderName(cell)}-seed-${seed}` };
    }),
  );
  requireTakenSomewhere(mergeFields(plan.common ?? {}, common), plan, runs);
  const folders = new Set(runs.map(({ folder }) => folder));
  if (folders.size < runs.length) throw new UsageError('Two cells have nearly the same name: give one another name.');
  return runs;
}

/** @throws UsageError if the models of all cells fix a common setting otherwise */
function requireTakenSomewhere(common: Fields, { cells }: ComparisonPlan, runs: readonly ComparedRun[]): void {
  const dropped = runs.map(({ cell, config }) =>
    fixedOtherwise(translationConfigs.table, mergeFields(common, cells[cell] ?? {}), config as unknown as Fields),
  );
  const [first = []] = dropped;
  const everywhere = first.find(({ name }) => dropped.every((each) => each.some((other) => other.name === name)));
  if (everywhere === undefined) return;
  const { model } = (runs[0] as ComparedRun).config;
  throw new UsageError(`All cells: ${fixedText(everywhere, model)}: leave it out, or choose another model.`);
}

/** A row of a comparison with one seed: how a training translates. */
export interface ComparedTranslation<Run extends ComparedRun> {
  /** That of the row. */
  readonly name: string;
  readonly training: Run;
  /** Instances translated at once. @default as in training */
  readonly instancesPerChunk?: number;
}

/**
 * The rows of a plan: each cell as it was trained, then its translations.
 *
 * @throws UsageError for a translation of a cell that there is not or that does not tell instances apart, or with the name of a cell
 */
export function translationsOf<Run extends ComparedRun>(
  { cells, translations = {} }: ComparisonPlan,
  runs: readonly Run[],
): readonly ComparedTranslation<Run>[] {
  const rows: ComparedTranslation<Run>[] = runs.map((training) => ({ name: training.cell, training }));
  for (const [name, { cell, instancesPerChunk }] of Object.entries(translations)) {
    if (Object.hasOwn(cells, name)) throw new UsageError(`"${name}" is a cell and a translation: rename one.`);
    if (!Object.hasOwn(cells, cell)) {
      throw new UsageError(`The translation "${name}" is of the cell "${cell}", which the plan does not have.`);
    }
    for (const training of runs.filter((each) => each.cell === cell)) {
      const { model } = training.config;
      if (translationModel(training.config).masks !== 'each') {
        throw new UsageError(
          `The translation "${name}" is of a ${model}, which does not tell instances apart: take a cell of InstaGAN.`,
        );
      }
      rows.push({ name, training, instancesPerChunk });
    }
  }
  return rows;
}

function folderName(cell: string): string {
  return cell
    .toLowerCase()
    .replaceAll('+', ' plus ')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
