import { type Command, Option } from 'commander';
import type { EvaluateCommandOptions } from '../actions/evaluate.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { BACKGROUNDS, DIRECTIONS, helpOf, namesOf, REGIONS } from '../options/names.ts';
import { checkpointOption, computeOptions, jsonOption, MAX_INSTANCES, translationOptions } from '../options/shared.ts';
import { filePath, runFolder, sizeOrKeep, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Score a model on images whose objects have masks.\n\n' +
  'Translates testA to B and testB to A, and back again. A small classifier, trained on trainA and trainB the first time, tells ' +
  'how many objects are taken for the other domain; the other figures look at masks, background, sharpness and diversity. ' +
  'docs/evaluation.md says how to read each.\n\n' +
  'The classifier and the scores are kept in the folder evaluation of the run.';

const EXAMPLES = `
Examples:
  instagan evaluate --run runs/meadow --data meadow
  instagan evaluate --run runs/meadow --data meadow --segmenter-a runs/sheep --segmenter-b runs/giraffes
  instagan evaluate --run runs/meadow --data meadow --checkpoint best --json`;

export function addEvaluateCommand(program: Command, reportExitCode: ReportExitCode): void {
  const command = program
    .command('evaluate')
    .summary('score a model')
    .description(DESCRIPTION)
    .requiredOption(
      '--run <RUN>',
      'run that trained or imported the model, or a model that "instagan models" lists',
      runFolder,
    )
    .requiredOption('--data <DIR>', 'dataset', filePath)
    .addOption(checkpointOption())
    .addOption(
      new Option('--split <name>', 'training or test images of the dataset').choices(['train', 'test']).default('test'),
    )
    .addOption(
      new Option('--direction <name>', 'from which domain to which')
        .choices([...namesOf(DIRECTIONS), 'both'])
        .default('both'),
    )
    .option('--images <N>', 'at most so many images of each domain, spread over all of them', wholeNumber(2))
    .option(
      '--segmenter-a <RUN>',
      'run or name of a segmenter of domain A, which looks at what becomes of B',
      runFolder,
    )
    .option(
      '--segmenter-b <RUN>',
      'run or name of a segmenter of domain B, which looks at what becomes of A',
      runFolder,
    )
    .option(
      '--size <HxW>',
      'stretch images to height x width, or keep (default: the size trained on; keep if it was trained on regions)',
      sizeOrKeep({ min: 16, max: 16384 }),
    )
    .option(
      '--max-instances <N>',
      'instances of an image that change, largest first',
      wholeNumber(1, 1000),
      MAX_INSTANCES,
    )
    .option(
      '--classifier <FILE>',
      'where the classifier is kept, such as one that scores many runs (default: in the run)',
      filePath,
    )
    .option(
      '--classifier-steps <N>',
      'updates of the classifier; without it, more for more objects, up to 400',
      wholeNumber(1),
    )
    .option('--seed <N>', 'decides the classifier, and the draws behind the intervals', wholeNumber(0, 2 ** 32), 0);
  for (const option of translationOptions()) {
    // A model is scored on what it was trained to do.
    if (option.name() === 'region' || option.name() === 'background') {
      option.description += ' (default: as it was trained)';
      option.default(undefined);
    }
    command.addOption(option);
  }
  for (const option of computeOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Regions', REGIONS))
    .addHelpText('after', helpOf('Background', BACKGROUNDS))
    .addHelpText('after', EXAMPLES)
    .action(async (options: EvaluateCommandOptions) => {
      const { evaluateAction } = await import('../actions/evaluate.ts');
      reportExitCode(await evaluateAction(options));
    });
}
