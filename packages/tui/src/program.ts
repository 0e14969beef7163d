import { Command } from 'commander';
import { addBackendsCommand } from './commands/backends.ts';
import { addCompareCommand } from './commands/compare.ts';
import { addDatasetBuildCommands } from './commands/dataset-build.ts';
import { addDatasetCheckCommand } from './commands/dataset-check.ts';
import { addDatasetDrawCommand } from './commands/dataset-draw.ts';
import { addDatasetPreviewCommand } from './commands/dataset-preview.ts';
import { addDatasetStatsCommand } from './commands/dataset-stats.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addModelsCommand } from './commands/models.ts';
import { addMonitorCommand } from './commands/monitor.ts';
import { addReportCommand } from './commands/report.ts';
import { addSegmenterEvaluateCommand } from './commands/segmenter-evaluate.ts';
import { addSegmenterImportCommand } from './commands/segmenter-import.ts';
import { addSegmenterPredictCommand } from './commands/segmenter-predict.ts';
import { addSegmenterTrainCommand } from './commands/segmenter-train.ts';
import { addTrainCommand } from './commands/train.ts';
import { addTranslateCommand } from './commands/translate.ts';
import { addVideoCommand } from './commands/video.ts';
import type { ReportExitCode } from './exit-code.ts';
import { makeStrict } from './options/strict-options.ts';
import { visible } from './output/visible.ts';
import { packageVersion } from './version.ts';

const EXAMPLES = `
A model that comes with the command:
  instagan dataset draw --output scenes --count 4 --size 320x320
  instagan translate --run meadow --segmenter meadow/sheep --input scenes/testA --output giraffes

A first training, on any machine:
  instagan dataset draw --output set --count 50 --size 128x128
  instagan train --data set --run runs/first --preset recommended --epochs 4
  instagan translate --run runs/first --input set/testA --output translated`;

const SEGMENTER_EXAMPLES = `
Examples:
  instagan segmenter train --data meadow --domain A --run runs/sheep
  instagan segmenter predict --run runs/sheep --input photos --output photos_seg --overlay looks`;

const DATASET_EXAMPLES = `
Examples:
  instagan dataset draw --output meadow --count 200 --size 128x128
  instagan dataset coco instances.json --a sheep --b giraffe --output my-set
  instagan dataset check my-set`;

/**
 * The command line: names, options and help of every command. What a command does is loaded when it runs, so that help
 * and mistakes are answered at once.
 */
export function createProgram(reportExitCode: ReportExitCode): Command {
  const program = new Command('instagan')
    .description(
      'Instance-aware image-to-image translation (InstaGAN): trains on two sets of unpaired photos whose objects have masks, ' +
        'and turns the objects of one set into those of the other, each with its mask.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--debug', 'print the stack trace of an error')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(visible(text.replace(/^error: /, 'instagan: '))) })
    .addHelpText('after', EXAMPLES);
  addTrainCommand(program, reportExitCode);
  addMonitorCommand(program, reportExitCode);
  addTranslateCommand(program, reportExitCode);
  addEvaluateCommand(program, reportExitCode);
  addCompareCommand(program, reportExitCode);
  addReportCommand(program, reportExitCode);
  const segmenter = program
    .command('segmenter')
    .summary('predict the masks of images that have none')
    .description('Train and use a segmenter, which predicts the masks of images that have none.')
    .addHelpText('after', SEGMENTER_EXAMPLES);
  addSegmenterTrainCommand(segmenter, reportExitCode);
  addSegmenterPredictCommand(segmenter, reportExitCode);
  addSegmenterEvaluateCommand(segmenter);
  addSegmenterImportCommand(segmenter);
  addVideoCommand(program, reportExitCode);
  addImportCommand(program);
  addExportCommand(program);
  addModelsCommand(program);
  const dataset = program
    .command('dataset')
    .summary('build, check and look at datasets')
    .description('Draw a dataset, build one from annotations, check one, or look at it.')
    .addHelpText('after', DATASET_EXAMPLES);
  addDatasetCheckCommand(dataset, reportExitCode);
  addDatasetDrawCommand(dataset);
  addDatasetBuildCommands(dataset);
  addDatasetPreviewCommand(dataset);
  addDatasetStatsCommand(dataset);
  addBackendsCommand(program);
  makeStrict(program);
  return program;
}
