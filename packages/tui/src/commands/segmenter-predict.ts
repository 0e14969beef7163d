import type { Command } from 'commander';
import type { SegmenterPredictCommandOptions } from '../actions/segmenter-predict.ts';
import type { ReportExitCode } from '../exit-code.ts';
import {
  checkpointOption,
  computeOptions,
  instanceOptions,
  jsonOption,
  maxPixelsOption,
  overwriteOption,
  recursiveOption,
} from '../options/shared.ts';
import { filePath, folderPath, runFolder, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Predict the masks of images that have none.\n\n' +
  'Writes a mask for each object: OUTPUT/NAME_0.png for the largest, OUTPUT/NAME_1.png, … (grey, object white). ' +
  'If --output is photos_seg for photos, "instagan translate" finds them. You can correct them by hand, ' +
  'and train on them.';

const EXAMPLES = `
Examples:
  instagan segmenter predict --run runs/sheep --input photos --output photos_seg --overlay looks
  instagan segmenter predict --run runs/sheep --input one.jpg --output masks --min-confidence 0.6`;

export function addSegmenterPredictCommand(segmenter: Command, reportExitCode: ReportExitCode): void {
  const command = segmenter
    .command('predict')
    .summary('predict masks')
    .description(DESCRIPTION)
    .requiredOption('--run <RUN>', 'run that trained the segmenter, or a model that "instagan models" lists', runFolder)
    .addOption(checkpointOption())
    .requiredOption('--input <PATH>', 'image, or folder of images (PNG, JPEG, WebP, TIFF, GIF, AVIF)', filePath)
    .requiredOption('--output <DIR>', 'folder for the masks; replaces earlier masks of these images', folderPath)
    .option('--overlay <DIR>', 'also draw outlines and numbers on the images, into this folder', folderPath)
    .option('--batch <N>', 'images to predict at once', wholeNumber(1, 64), 4);
  for (const option of [...instanceOptions(), ...computeOptions()]) command.addOption(option);
  command
    .addOption(overwriteOption())
    .addOption(recursiveOption())
    .addOption(maxPixelsOption())
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: SegmenterPredictCommandOptions) => {
      const { segmenterPredictAction } = await import('../actions/segmenter-predict.ts');
      reportExitCode(await segmenterPredictAction(options));
    });
}
