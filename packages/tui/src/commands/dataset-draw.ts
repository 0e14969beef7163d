import { type Command, Option } from 'commander';
import type { DatasetDrawCommandOptions } from '../actions/dataset-draw.ts';
import { jsonOption } from '../options/shared.ts';
import { folderPath, sizeInPx, wholeNumber } from '../options/values.ts';

const DESCRIPTION =
  'Draw the sample set: meadows with one to five sheep (domain A) or giraffes (domain B), and the mask ' +
  'of each animal.\n\n' +
  'Writes trainA, trainB, testA and testB, and the masks in trainA_seg, …: ready for "instagan train". ' +
  'The pictures are in the public domain. A set drawn earlier into --output is replaced; a folder with ' +
  'anything else is refused and left as it is.';

const EXAMPLES = `
Examples:
  instagan dataset draw --output meadow --count 200 --seed 1 --size 128x128
  instagan dataset draw --output walk --video 48 --size 128x192`;

export function addDatasetDrawCommand(dataset: Command): void {
  dataset
    .command('draw')
    .summary('draw the sample set: sheep and giraffes')
    .description(DESCRIPTION)
    .requiredOption('--output <DIR>', 'new or empty folder, or one with a set drawn earlier', folderPath)
    .option('--count <N>', 'training images of each domain', wholeNumber(1, 99_999), 100)
    .option('--test-count <N>', 'test images of each domain (default: a fifth of --count)', wholeNumber(0, 99_999))
    .addOption(
      new Option('--video <FRAMES>', 'draw a video of walking sheep instead: OUTPUT/00001.png, masks in OUTPUT_seg')
        .argParser(wholeNumber(1, 99_999))
        .conflicts(['count', 'testCount']),
    )
    .option('--seed <N>', 'the same seed draws the same pictures', wholeNumber(0, 2 ** 32), 0)
    .addOption(
      new Option('--size <HxW>', 'height x width of the pictures')
        .argParser(sizeInPx({ min: 32, max: 4096 }))
        .default({ height: 128, width: 128 }, '128x128'),
    )
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: DatasetDrawCommandOptions) => {
      const { datasetDrawAction } = await import('../actions/dataset-draw.ts');
      await datasetDrawAction(options);
    });
}
