import { SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import { type Command, Option } from 'commander';
import type { SegmenterImportCommandOptions } from '../actions/segmenter-import.ts';
import { jsonOption } from '../options/shared.ts';
import { filePath, sizeInPx } from '../options/values.ts';

const DESCRIPTION =
  'Turn a U-Net that pytorch-CycleGAN-and-pix2pix trained (image to mask, instance normalisation) into a run. The ' +
  'authors of InstaGAN predicted masks with such a U-Net. Executes nothing in the file. Predict masks with the run, or train ' +
  'it further with --resume.';

const EXAMPLES = `
Examples:
  instagan segmenter import --generator latest_net_G.pth --run runs/unet
  instagan segmenter predict --run runs/unet --input photos --output photos_seg`;

export function addSegmenterImportCommand(segmenter: Command): void {
  segmenter
    .command('import')
    .summary("import the authors' PyTorch U-Net")
    .description(DESCRIPTION)
    .requiredOption('--generator <FILE>', 'such as latest_net_G.pth', filePath)
    .requiredOption('--run <DIR>', 'folder of the new run; must not already hold one', filePath)
    .addOption(
      new Option(
        '--size <HxW>',
        'height x width it was trained on, multiples of 2^levels of the U-Net; prediction resizes images to as many pixels',
      )
        .argParser(sizeInPx(SEGMENTER_SETTINGS.rows.size))
        .default({ height: 256, width: 256 }, '256x256'),
    )
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: SegmenterImportCommandOptions) => {
      const { segmenterImportAction } = await import('../actions/segmenter-import.ts');
      await segmenterImportAction(options);
    });
}
