import { type Command, Option } from 'commander';
import type { TranslateCommandOptions } from '../actions/translate.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { BACKGROUNDS, DIRECTIONS, FORMATS, helpOf, namesOf, REGIONS } from '../options/names.ts';
import {
  checkpointOption,
  computeOptions,
  instanceOptions,
  jsonOption,
  MAX_INSTANCES,
  maxPixelsOption,
  overwriteOption,
  recursiveOption,
  translationOptions,
} from '../options/shared.ts';
import {
  filePath,
  folderPath,
  numberList,
  pictureFile,
  runFolder,
  shardValue,
  sizeOrKeep,
  wholeNumber,
} from '../options/values.ts';

const DESCRIPTION =
  'Translate images with a trained model.\n\n' +
  'Each instance of an image has a mask: DIR/NAME_0.png, DIR/NAME_1.png, … for NAME.png or NAME.jpg ' +
  '(grey, object above 127). Without --masks, they are read from the folder beside the images: photos/testA_seg ' +
  'for photos/testA.\n\n' +
  'With --segmenter, images need no masks: the segmenter finds their objects. Masks in --masks take ' +
  'precedence. An image without objects is copied unchanged.\n\n' +
  'Writes OUTPUT/NAME.png, and the translated masks as OUTPUT_seg/NAME_0.png, … Images of any size keep ' +
  'it, and their bit depth, transparency, colour profile and EXIF where the --format holds them. Large ones are translated in regions around their objects.';

const EXAMPLES = `
Examples:
  instagan translate --run runs/meadow --input meadow/testA --output translated
  instagan translate --run runs/meadow --input photos --segmenter runs/sheep --output translated
  instagan translate --run runs/meadow --input one.jpg --masks masks --instances 0,2 --output translated
  instagan translate --run runs/meadow --input meadow/testB --direction BtoA --output translated --sheet sheet.png
  instagan translate --run runs/meadow --input photos --segmenter runs/sheep --output translated --shard 1/4
  instagan translate --input photos --output translated --join`;

export function addTranslateCommand(program: Command, reportExitCode: ReportExitCode): void {
  const command = program
    .command('translate')
    .summary('translate images')
    .description(DESCRIPTION)
    .option('--run <RUN>', 'run that trained or imported the model, or a model that "instagan models" lists', runFolder)
    .addOption(checkpointOption())
    .requiredOption('--input <PATH>', 'image, or folder of images (PNG, JPEG, WebP, TIFF, GIF, AVIF)', filePath)
    .requiredOption(
      '--output <PATH>',
      'folder for the translated images; for one image also a file (.png, .jpg, .webp)',
      filePath,
    )
    .option(
      '--masks <PATH>',
      'folder of the masks, or annotations: a COCO, labelme or VIA file, or a folder with its format, such as voc:VOC2012 (default without --segmenter: the input folder with _seg)',
      filePath,
    )
    .option('--category <NAME>', 'with annotations: change only objects of this category')
    .option(
      '--segmenter <RUN>',
      'run or name of a segmenter, which finds the objects of images without masks',
      runFolder,
    )
    .option('--save-masks <DIR>', 'save the masks that were used, such as those that the segmenter found', folderPath)
    .addOption(
      new Option('--direction <name>', 'from which domain to which').choices(namesOf(DIRECTIONS)).default('AtoB'),
    )
    .option(
      '--instances <LIST>',
      'change only these instances, by the numbers of their masks, such as 0,2-4',
      numberList,
    )
    .option(
      '--max-instances <N>',
      'instances to change in an image, largest first',
      wholeNumber(1, 1000),
      MAX_INSTANCES,
    )
    .option('--size <HxW>', 'stretch images to height x width, or keep', sizeOrKeep({ min: 16, max: 16384 }), 'keep')
    .option(
      '--sheet <FILE>',
      'also write one picture of all: input, masks, output, its masks, translated back',
      pictureFile,
    )
    .addOption(new Option('--format <name>', 'file format of the images (default: png)').choices(namesOf(FORMATS)))
    .option('--quality <N>', 'of JPEG, WebP and AVIF files, 1 to 100 (default: 95)', wholeNumber(1, 100))
    .addOption(overwriteOption())
    .addOption(recursiveOption())
    .addOption(maxPixelsOption())
    .addOption(
      new Option(
        '--shard <i/n>',
        'translate only part i of n, every n-th image; if started again, it continues',
      ).argParser(shardValue),
    )
    .addOption(
      new Option('--join', 'when all shards of --output are done: check them, and make the --sheet').conflicts([
        'shard',
        'run',
      ]),
    );
  for (const option of [...translationOptions(), ...instanceOptions(), ...computeOptions()]) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Regions', REGIONS))
    .addHelpText('after', helpOf('Background', BACKGROUNDS))
    .addHelpText('after', helpOf('Format', FORMATS))
    .addHelpText('after', EXAMPLES)
    .action(async (options: TranslateCommandOptions) => {
      const { translateAction } = await import('../actions/translate.ts');
      reportExitCode(await translateAction(options));
    });
}
