import { SEGMENTER_PRESETS, SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import type { Command } from 'commander';
import type { SegmenterTrainCommandOptions } from '../actions/segmenter-train.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { addTrainingOptions } from '../options/training-options.ts';
import { runTraining } from './run-training.ts';

const DESCRIPTION =
  'Train a segmenter, which predicts the masks of images that have none.\n\n' +
  'It learns from the images of one domain that have masks: trainA and trainA_seg of --data. ' +
  `${100 * SEGMENTER_SETTINGS.rows.heldOut.default} % of them are held out for validation. ` +
  'The run is a folder like that of "instagan train". Ctrl-C saves a ' +
  'checkpoint and stops; --resume continues.';

const EXAMPLES = `
Examples:
  instagan segmenter train --data meadow --domain A --run runs/sheep
  instagan segmenter train --data my-set --domain B --init runs/sheep --run runs/giraffes
  instagan segmenter evaluate --run runs/sheep --data meadow
  instagan segmenter predict --run runs/sheep --input photos --output photos_seg --overlay looks`;

export function addSegmenterTrainCommand(segmenter: Command, reportExitCode: ReportExitCode): void {
  const command = segmenter.command('train').summary('train a segmenter').description(DESCRIPTION);
  const settingsOf = addTrainingOptions(command, { table: SEGMENTER_SETTINGS, presets: SEGMENTER_PRESETS });
  command.addHelpText('after', EXAMPLES).action(async (typed: Omit<SegmenterTrainCommandOptions, 'settings'>) => {
    const options: SegmenterTrainCommandOptions = { ...typed, settings: settingsOf(typed) };
    const train = async () => (await import('../actions/segmenter-train.ts')).segmenterTrainAction(options);
    reportExitCode(await runTraining(options, train));
  });
}
