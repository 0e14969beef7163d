import { INSTAGAN_SETTINGS, PRESETS } from '@instagan/core/settings';
import { type Command, Option } from 'commander';
import type { CompareCommandOptions } from '../actions/compare.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { PLANS } from '../options/comparison-plans.ts';
import { helpOf } from '../options/names.ts';
import { computeOptions, jsonOption } from '../options/shared.ts';
import { filePath, folderPath, numberList, shardValue, summed, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Train models that differ in some settings, score them, and put them into one table.\n\n' +
  '--plan names the trainings, or is a JSON file such as {"common": {"ngf": 16}, "cells": {"paper": {}, ' +
  '"nearest": {"upsampling": "nearest"}}}. With "translations": {"one by one": {"cell": "paper", "instancesPerChunk": 1}} ' +
  'a trained cell is a second row, which translates another number of instances at once.\n\n' +
  'Each cell is trained once for each seed, one after the other, and scored on the test images. Started again, it goes on; what is trained and scored is not done again.\n\n' +
  'Writes OUTPUT/table.md, OUTPUT/scores.json and, once all is trained, OUTPUT/pictures-AtoB.png and pictures-BtoA.png.';

const EXAMPLES = `
Examples:
  instagan compare --data meadow --plan recipe --output runs/recipe --schedule 3+3
  instagan compare --data meadow --plan plan.json --output runs/mine --seeds 1 --shard 1/2`;

export function addCompareCommand(program: Command, reportExitCode: ReportExitCode): void {
  const plans = Object.fromEntries(Object.entries(PLANS).map(([name, { help }]) => [name, help]));
  const command = program
    .command('compare')
    .summary('train and score models that differ in some settings')
    .description(DESCRIPTION)
    .requiredOption('--data <DIR>', 'dataset', filePath)
    .requiredOption('--plan <PLAN>', 'what to train: a name, see below, or a JSON file', filePath)
    .requiredOption('--output <DIR>', 'folder for the runs and the results', folderPath)
    .addOption(
      new Option('--seeds <LIST>', 'each cell is trained once with each of these seeds')
        .argParser(numberList)
        .default([1, 2], '1,2'),
    )
    .addOption(new Option('--preset <name>', 'settings of all trainings').choices(Object.keys(PRESETS)))
    .option('--config <FILE>', 'settings of all trainings, from a JSON file', filePath)
    .option(
      '--schedule <C+D>',
      'epochs of all trainings: C at the full learning rate, then D as it falls to 0',
      summed(INSTAGAN_SETTINGS.rows.epochs),
    )
    .option('--images <N>', 'score at most so many test images of each domain', wholeNumber(2))
    .addOption(new Option('--shard <i/n>', 'do only every n-th training, for several machines').argParser(shardValue));
  for (const option of computeOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Plans', plans))
    .addHelpText('after', EXAMPLES)
    .action(async (typed: Omit<CompareCommandOptions, 'schedule'> & { readonly schedule?: object }) => {
      const { schedule, ...options } = typed;
      const { compareAction } = await import('../actions/compare.ts');
      reportExitCode(
        await compareAction({ ...options, ...(schedule === undefined ? {} : { schedule: { epochs: schedule } }) }),
      );
    });
}
