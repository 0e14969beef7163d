import { INSTAGAN_SETTINGS, PRESETS } from '@instagan/core/settings';
import { type Command, Option } from 'commander';
import type { TrainCommandOptions } from '../actions/train-options.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { addTrainingOptions } from '../options/training-options.ts';
import { runTraining } from './run-training.ts';

const DESCRIPTION =
  'Train a model on two sets of images whose objects have masks.\n\n' +
  '--data holds the folders trainA, trainA_seg, trainB and trainB_seg: trainA/NAME.png ' +
  'with its masks trainA_seg/NAME_0.png, NAME_1.png, one per object (grey, object above 127).\n\n' +
  'The run is a folder: config.json, events.jsonl, checkpoints/ and samples/. Ctrl-C saves a checkpoint ' +
  'and stops; --resume continues from the newest one. In the dashboard, q closes the view and training continues.\n\n' +
  'Settings come from the defaults, then --preset, ' +
  'then --config, then the options here.';

const EXAMPLES = `
Examples:
  instagan train --data meadow --run runs/meadow --preset recommended --epochs 20
  instagan train --data meadow --run runs/meadow --resume
  instagan train --data photos --run runs/photos --size 200x200 --batch 2 --backend webgpu`;

export function addTrainCommand(program: Command, reportExitCode: ReportExitCode): void {
  const command = program.command('train').summary('train a model').description(DESCRIPTION);
  const settingsOf = addTrainingOptions(command, { table: INSTAGAN_SETTINGS, presets: PRESETS });
  command
    .addOption(
      new Option('--dry-run', 'report how much memory training needs and has, then stop').helpGroup('What to train:'),
    )
    .addOption(
      new Option(
        '--no-replay',
        'on webgpu and node, compute each step anew instead of recording it once and replaying it',
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (typed: Omit<TrainCommandOptions, 'settings'>) => {
      const options: TrainCommandOptions = { ...typed, settings: settingsOf(typed) };
      const train = async () => (await import('../actions/train.ts')).trainAction(options);
      reportExitCode(await runTraining(options, train));
    });
}
