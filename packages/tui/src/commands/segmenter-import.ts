import { SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import { type Command, Option } from 'commander';
import type { SegmenterImportCommandOptions } from '../actions/segmenter-import.ts';
import { jsonOption } from '../options/shared.ts';
import { filePath, sizeInPx } from '../options/values.ts';

const DESCRIPTION =
  'Make a run of a U-Net that pytorch-CycleGAN-and-pix2pix trained (image to mask, instance normalisation), as ' +
  'the authors of InstaGAN used it to predict masks. Nothing in the file is executed. The run can be used to ' +
  'predict, or trained further with --resume.';

export function addSegmenterImportCommand(segmenter: Command): void {
  segmenter
    .command('import')
    .summary("import the authors' PyTorch U-Net")
    .description(DESCRIPTION)
    .requiredOption('--generator <FILE>', 'such as latest_net_G.pth', filePath)
    .requiredOption('--run <DIR>', "the run's folder; it must not be a run already", filePath)
    .addOption(
      new Option(
        '--size <HxW>',
        'height x width it was trained on, multiples of 2^levels of the U-Net; images are predicted at as many pixels',
      )
        .argParser(sizeInPx(SEGMENTER_SETTINGS.rows.size))
        .default({ height: 256, width: 256 }, '256x256'),
    )
    .addOption(jsonOption())
    .action(async (options: SegmenterImportCommandOptions) => {
      const { segmenterImportAction } = await import('../actions/segmenter-import.ts');
      await segmenterImportAction(options);
    });
}
