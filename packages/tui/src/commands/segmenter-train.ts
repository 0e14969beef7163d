import { type Command, Option } from 'commander';
import type { SegmenterTrainCommandOptions } from '../actions/segmenter-train.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { helpOf, namesOf, SEGMENTER_PRESETS } from '../options/names.ts';
import { computeOptions, screenOptions } from '../options/shared.ts';
import { filePath, learningRates, positiveNumber, schedule, sizeInPx, wholeNumber } from '../options/values.ts';
import { runTraining } from './run-training.ts';

const LARGEST_STEP = 99_999_999;

const DESCRIPTION =
  'Train a segmenter, which predicts the masks of images that have none.\n\n' +
  'It learns from the images of one domain that have masks: trainA and trainA_seg of --data. A tenth of them ' +
  'is held out and scored on the way. The run is a folder like that of "instagan train"; Ctrl-C saves a ' +
  'checkpoint and stops, --resume goes on.';

const EXAMPLES = `
Examples:
  instagan segmenter train --data meadow --domain A --run runs/sheep
  instagan segmenter train --data my-set --domain B --init runs/sheep --run runs/giraffes
  instagan segmenter evaluate --run runs/sheep --data meadow
  instagan segmenter predict --run runs/sheep --input photos --output photos_seg --overlay looks`;

export function addSegmenterTrainCommand(segmenter: Command, reportExitCode: ReportExitCode): void {
  const whole = (flags: string, description: string, min: number, max: number) =>
    new Option(flags, description).argParser(wholeNumber(min, max));
  const command = segmenter
    .command('train')
    .summary('train a segmenter')
    .description(DESCRIPTION)
    .optionsGroup('What to train:')
    .requiredOption('--data <DIR>', 'dataset', filePath)
    .addOption(new Option('--domain <name>', 'whose objects it is to find (default: A)').choices(['A', 'B']))
    .requiredOption('--run <DIR>', "the run's folder; made if it is missing", filePath)
    .option('--resume', 'go on with the run from its newest checkpoint')
    .optionsGroup('How long:')
    .addOption(whole('--steps <N>', 'stop after step N of the whole run', 1, LARGEST_STEP).conflicts('epochs'))
    .addOption(whole('--epochs <N>', 'stop after epoch N of the whole run (default: the schedule)', 1, 10_000_000))
    .option('--schedule <C+D>', 'C epochs at the full learning rate, then D as it falls to 0 (default: 3+9)', schedule)
    .option('--time-limit <MINUTES>', 'save and stop after so many minutes', positiveNumber(30_000))
    .optionsGroup('Settings:')
    .addOption(new Option('--preset <name>', 'settings by name, see below').choices(namesOf(SEGMENTER_PRESETS)))
    .option(
      '--init <RUN>',
      'begin with the U-Net of another segmenter; its network and size are the defaults',
      filePath,
    )
    .option('--config <FILE>', "settings from a JSON file, such as another run's config.json", filePath)
    .option(
      '--size <HxW>',
      'height x width trained on, multiples of 32; photos are predicted at as many pixels (default: 128x128)',
      sizeInPx({ min: 32, max: 4096, multipleOf: 4 }),
    )
    .addOption(whole('--ngf <N>', "channels of the U-Net's first layer (default: 32)", 1, 512))
    .addOption(whole('--ndf <N>', "channels of the PatchGAN's first layer (default: 16)", 1, 512))
    .addOption(whole('--levels <N>', 'how often the U-Net halves the size (default: 5)', 2, 8))
    .addOption(whole('--refine <N>', 'channels that refine outlines at full size, 0 for none (default: 16)', 0, 512))
    .option('--no-depth', 'predict the mask alone; objects that touch are then told apart by its shape')
    .addOption(whole('--batch <N>', 'images in a step (default: 2)', 1, 256))
    .option('--learning-rate <G[,D]>', 'of U-Net, PatchGAN (default: 5e-4,2e-4)', learningRates)
    .addOption(whole('--seed <N>', 'decides weights, order and crops (default: 0)', 0, 2 ** 32))
    .optionsGroup('What is kept:')
    .addOption(whole('--validate-every <N>', 'steps between validations, 0 for none (default: 500)', 0, LARGEST_STEP))
    .addOption(whole('--checkpoint-every <N>', 'steps between checkpoints (default: 500)', 1, LARGEST_STEP))
    .addOption(whole('--keep-checkpoints <N>', 'checkpoints kept, newest first (default: 3)', 1, LARGEST_STEP))
    .addOption(whole('--sample-every <N>', 'steps between sample pictures, 0 for none (default: 200)', 0, LARGEST_STEP))
    .addOption(
      whole('--log-every <N>', 'steps between entries of the log (default: 10 on a GPU, else 1)', 1, LARGEST_STEP),
    )
    .optionsGroup('How it runs:');
  for (const option of [...computeOptions(), ...screenOptions()]) command.addOption(option);
  command.addHelpText('after', helpOf('Presets', SEGMENTER_PRESETS)).addHelpText('after', EXAMPLES);
  command.action(async (options: SegmenterTrainCommandOptions) => {
    const train = async () => (await import('../actions/segmenter-train.ts')).segmenterTrainAction(options);
    reportExitCode(await runTraining(options, train));
  });
}
