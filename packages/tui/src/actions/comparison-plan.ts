import { readText, type TrainingConfig, translationConfigs, UsageError, UserError } from '@instagan/core';
import { type Fields, isFields, mergeFields } from '@instagan/core/settings';
import { type ComparisonPlan, PLANS } from '../options/comparison-plans.ts';

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
  if (isPlan(plan)) return plan;
  throw new UsageError(`${nameOrFile} must hold the settings of each training, by name, such as ${EXAMPLE}.`);
}

function isPlan(value: unknown): value is Fields & ComparisonPlan {
  if (!isFields(value)) return false;
  const { common = {}, cells, ...others } = value;
  const isWhole = isFields(common) && isFields(cells) && Object.keys(others).length === 0;
  return isWhole && Object.keys(cells).length > 0 && Object.values(cells).every(isFields);
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
 * @param common settings of all, which go before the plan's own; those of a cell go before both
 * @throws UsageError for a setting that does not exist, a wrong value, or two cells whose folders would have one name
 */
export function runsOf(plan: ComparisonPlan, common: Fields, seeds: readonly number[]): readonly ComparedRun[] {
  const runs = Object.entries(plan.cells).flatMap(([cell, settings]) =>
    seeds.map((seed) => {
      const fields = [plan.common ?? {}, common, settings, { seed }].reduce(mergeFields);
      const config = translationConfigs.parse(fields, `The cell "${cell}"`);
      return { cell, seed, config, folder: `${folderName(cell)}-seed-${seed}` };
    }),
  );
  const folders = new Set(runs.map(({ folder }) => folder));
  if (folders.size < runs.length) throw new UsageError('Two cells have nearly the same name: give one another name.');
  return runs;
}

function folderName(cell: string): string {
  return cell
    .toLowerCase()
    .replaceAll('+', ' plus ')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
