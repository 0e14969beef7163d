import { type Command, Option } from 'commander';
import type { TrainCommandOptions } from '../actions/train-options.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { helpOf, MODELS, namesOf, PRESETS } from '../options/names.ts';
import { computeOptions, screenOptions } from '../options/shared.ts';
import { filePath, learningRates, positiveNumber, schedule, share, sizeInPx, wholeNumber } from '../options/values.ts';
import { runTraining } from './run-training.ts';

const LARGEST_STEP = 99_999_999;

const DESCRIPTION =
  'Train a model on two sets of images whose objects have masks.\n\n' +
  'The data are in the folders trainA, trainA_seg, trainB and trainB_seg of --data: trainA/NAME.png ' +
  'with its masks trainA_seg/NAME_0.png, NAME_1.png, one per object (grey, object above 127).\n\n' +
  'The run is a folder: config.json, events.jsonl, checkpoints/ and samples/. Ctrl-C saves a checkpoint ' +
  'and stops; --resume goes on from the newest one. In the dashboard q leaves and the training goes on. Settings come from the defaults, then --preset, ' +
  'then --config, then the options here.';

const EXAMPLES = `
Examples:
  instagan train --data meadow --run runs/meadow --preset small --epochs 20
  instagan train --data meadow --run runs/meadow --resume
  instagan train --data photos --run runs/photos --size 200x200 --batch 2 --backend webgpu`;

export function addTrainCommand(program: Command, reportExitCode: ReportExitCode): void {
  const whole = (flags: string, description: string, min: number, max: number) =>
    new Option(flags, description).argParser(wholeNumber(min, max));
  const command = program
    .command('train')
    .summary('train a model')
    .description(DESCRIPTION)
    .optionsGroup('What to train:')
    .requiredOption('--data <DIR>', 'dataset', filePath)
    .requiredOption('--run <DIR>', "the run's folder; made if it is missing", filePath)
    .option('--resume', 'go on with the run from its newest checkpoint')
    .option('--dry-run', 'tell what memory the training needs and has, and stop')
    .optionsGroup('How long:')
    .addOption(whole('--steps <N>', 'stop after step N of the whole run', 1, LARGEST_STEP).conflicts('epochs'))
    .addOption(whole('--epochs <N>', 'stop after epoch N of the whole run (default: the schedule)', 1, 10_000_000))
    .option(
      '--schedule <C+D>',
      'C epochs at the full learning rate, then D as it falls to 0 (default: 100+100)',
      schedule,
    )
    .option('--time-limit <MINUTES>', 'save and stop after so many minutes', positiveNumber(30_000))
    .optionsGroup('Settings:')
    .addOption(new Option('--preset <name>', 'settings by name, see below').choices(namesOf(PRESETS)))
    .option('--config <FILE>', "settings from a JSON file, such as another run's config.json", filePath)
    .addOption(new Option('--model <name>', 'see below (default: instagan)').choices(namesOf(MODELS)))
    .option(
      '--size <HxW>',
      'height x width trained on, multiples of 4 (default: 200x200)',
      sizeInPx({ min: 32, max: 4096, multipleOf: 4 }),
    )
    .addOption(whole('--ngf <N>', "channels of the generator's first layer (default: 64)", 1, 512))
    .addOption(whole('--ndf <N>', "channels of the discriminator's first layer (default: 64)", 1, 512))
    .addOption(whole('--blocks <N>', 'residual blocks of an encoder (default: 9)', 1, 32))
    .addOption(whole('--batch <N>', 'images of each domain in a step (default: 1)', 1, 256))
    .addOption(whole('--max-instances <N>', 'instances of an image that are used, largest first (default: 4)', 1, 256))
    .addOption(whole('--instances-per-chunk <N>', 'instances translated at once (default: 2)', 1, 64))
    .option(
      '--mask-jitter <S>',
      'spoil the masks that are translated, up to 1, to be robust to bad ones (default: 0)',
      share(1),
    )
    .option(
      '--consistency <W>',
      'weight of a loss for steady videos: the same translation when the camera moves a little (default: 0)',
      share(1000),
    )
    .option('--learning-rate <G[,D]>', 'of generators, discriminators (default: 2e-4,1e-4)', learningRates)
    .addOption(whole('--seed <N>', 'decides weights, order and crops (default: 0)', 0, 2 ** 32))
    .optionsGroup('What is kept:')
    .addOption(whole('--checkpoint-every <N>', 'steps between checkpoints (default: 500)', 1, LARGEST_STEP))
    .addOption(whole('--keep-checkpoints <N>', 'checkpoints kept, newest first (default: 3)', 1, LARGEST_STEP))
    .addOption(whole('--sample-every <N>', 'steps between sample pictures, 0 for none (default: 200)', 0, LARGEST_STEP))
    .addOption(
      whole('--log-every <N>', 'steps between entries of the log (default: 10 on a GPU, else 1)', 1, LARGEST_STEP),
    )
    .optionsGroup('How it runs:');
  for (const option of computeOptions()) command.addOption(option);
  command.addOption(
    new Option(
      '--no-replay',
      'on webgpu and node, compute each step anew instead of recording it once and replaying it',
    ),
  );
  for (const option of screenOptions()) command.addOption(option);
  command
    .addHelpText('after', helpOf('Presets', PRESETS))
    .addHelpText('after', helpOf('Models', MODELS))
    .addHelpText('after', EXAMPLES)
    .action(async (options: TrainCommandOptions) => {
      const train = async () => (await import('../actions/train.ts')).trainAction(options);
      reportExitCode(await runTraining(options, train));
    });
}
