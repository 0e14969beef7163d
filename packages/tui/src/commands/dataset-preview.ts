import type { Command } from 'commander';
import type { DatasetPreviewCommandOptions } from '../actions/dataset-preview.ts';
import { overwriteOption } from '../options/shared.ts';
import { pictureFile, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Write one picture of some images of a dataset, each object tinted and outlined, with the number of its mask: a look ' +
  'shows whether the masks lie on the objects.';

const EXAMPLES = `
Examples:
  instagan dataset preview photos
  instagan dataset preview photos --output sheet.png --count 24 --tile 320`;

export function addDatasetPreviewCommand(dataset: Command): void {
  dataset
    .command('preview')
    .summary('write a picture of images and their masks')
    .description(DESCRIPTION)
    .argument('<DIR>', 'folder that holds trainA, trainA_seg, …')
    .option('--output <FILE>', 'picture to write, .png, .jpg or .webp (default: DIR-preview.png)', pictureFile)
    .option('--count <N>', 'images of each folder, drawn by --seed', wholeNumber(1, 200), 12)
    .option('--tile <PX>', 'longer side of an image in the picture', wholeNumber(64, 1024), 224)
    .option('--seed <N>', 'the same seed draws the same images', wholeNumber(0, 2 ** 32), 0)
    .addOption(overwriteOption())
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: DatasetPreviewCommandOptions) => {
      const { datasetPreviewAction } = await import('../actions/dataset-preview.ts');
      await datasetPreviewAction(folder, options);
    });
}
