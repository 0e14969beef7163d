import type { AnnotationFormatName } from '@instagan/datasets';
import { type Command, Option } from 'commander';
import type { DatasetBuildCommandOptions } from '../actions/dataset-build.ts';
import { buildOptions } from '../options/build-options.ts';
import { ANNOTATION_FORMATS, FITS, helpOf, namesOf } from '../options/names.ts';
import { jsonOption } from '../options/shared.ts';
import { folderPath } from '../options/values.ts';

const DESCRIPTION =
  'Objects of the labels in --a become domain A, those in --b domain B. With only one of them, that domain is built; a ' +
  'second command adds the other to the same --output, from other annotations if you like.\n\n' +
  'Writes trainA, trainB, testA and testB, and the masks in trainA_seg, …: ready for "instagan train". A folder with ' +
  'anything else is refused and left as it is.';

/** The argument and an example of each format. */
const USES: Readonly<Record<Exclude<AnnotationFormatName, 'instagan'>, readonly [argument: string, example: string]>> =
  {
    coco: ['<FILE>', 'instances_train2017.json --images train2017 --a sheep --b giraffe --output sheep-giraffe'],
    ccp: ['<DIR>', 'clothing-co-parsing --a hair --b skin --output hair-skin'],
    mhp: ['<DIR>', 'LV-MHP-v1 --a face --b hair --output face-hair'],
    labelme: ['<DIR>', 'annotated --a cup --b bottle --output cup-bottle'],
    voc: ['<DIR>', 'VOCdevkit/VOC2012 --a sheep --b cow --output sheep-cow'],
    yolo: ['<PATH>', 'cats/data.yaml --a cat --output cat-dog'],
    via: ['<FILE>', 'via_region_data.json --a cat --b dog --output cat-dog'],
    masks: ['<DIR>', "scans --images photos --a '#ff0000' --b '#0000ff' --output red-blue"],
  };

/** `dataset coco`, `dataset voc`, … and `dataset convert`: one command, whose format is named or recognised. */
export function addDatasetBuildCommands(dataset: Command): void {
  for (const format of Object.keys(USES) as (keyof typeof USES)[]) {
    const [argument, example] = USES[format];
    const command = dataset
      .command(format)
      .summary(`build a dataset from ${ANNOTATION_FORMATS[format]}`)
      .description(`Build a dataset from ${ANNOTATION_FORMATS[format]}.\n\n${DESCRIPTION}`)
      .argument(argument, 'annotations');
    complete(command, `dataset ${format} ${example}`, async (path, options) => build(path, { ...options, format }));
  }
  const convert = dataset
    .command('convert')
    .summary('build a dataset from annotations of any format, or from another dataset')
    .description(`Build a dataset from annotations, whose format is recognised.\n\n${DESCRIPTION}`)
    .argument('<PATH>', 'annotations, or a dataset (its labels are A and B)')
    .addOption(
      new Option('--format <name>', 'format, if it is not recognised, see below').choices(namesOf(ANNOTATION_FORMATS)),
    );
  complete(convert, 'dataset convert meadow --a A --b B --size 64x64 --output small-meadow', build);
  convert.addHelpText('after', helpOf('Format', ANNOTATION_FORMATS));
}

function complete(
  command: Command,
  example: string,
  action: (path: string, options: DatasetBuildCommandOptions) => Promise<void>,
): void {
  command.requiredOption('--output <DIR>', 'new or empty folder, or one that holds the other domain', folderPath);
  for (const option of buildOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Fit', FITS))
    .addHelpText('after', `\nExample:\n  instagan ${example}`)
    .action(action);
}

async function build(path: string, options: DatasetBuildCommandOptions): Promise<void> {
  const { datasetBuildAction } = await import('../actions/dataset-build.ts');
  await datasetBuildAction(path, options);
}
