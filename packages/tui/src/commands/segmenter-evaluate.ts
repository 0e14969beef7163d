import { type Command, Option } from 'commander';
import type { SegmenterEvaluateCommandOptions } from '../actions/segmenter-evaluate.ts';
import { checkpointOption, computeOptions, instanceOptions, jsonOption } from '../options/shared.ts';
import { filePath, runFolder, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Score a segmenter on images that have masks: by default testA and testA_seg of --data, or testB if it was trained on B.\n\n' +
  'Reports intersection over union, precision and recall of all objects together, and the average precision of ' +
  'single objects after splitting.';

const EXAMPLES = `
Examples:
  instagan segmenter evaluate --run runs/sheep --data meadow
  instagan segmenter evaluate --run meadow/sheep --data meadow --mirror`;

export function addSegmenterEvaluateCommand(segmenter: Command): void {
  const command = segmenter
    .command('evaluate')
    .summary('score a segmenter')
    .description(DESCRIPTION)
    .requiredOption('--run <RUN>', 'run that trained the segmenter, or a model that "instagan models" lists', runFolder)
    .addOption(checkpointOption())
    .requiredOption('--data <DIR>', 'dataset', filePath)
    .addOption(
      new Option('--split <name>', 'training or test images of the dataset').choices(['train', 'test']).default('test'),
    )
    .addOption(new Option('--domain <name>', 'which domain (default: the one it was trained on)').choices(['A', 'B']))
    .option('--batch <N>', 'images to predict at once', wholeNumber(1, 64), 4);
  for (const option of [...instanceOptions(), ...computeOptions()]) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: SegmenterEvaluateCommandOptions) => {
      const { segmenterEvaluateAction } = await import('../actions/segmenter-evaluate.ts');
      await segmenterEvaluateAction(options);
    });
}
