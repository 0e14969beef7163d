import type { FitName } from '@instagan/datasets';
import { InvalidArgumentError, Option } from 'commander';
import { FITS, namesOf } from './names.ts';
import { maxPixelsOption } from './shared.ts';
import { filePath, numberWithin, type SizeValue, sizeOrKeep, wholeNumber } from './values.ts';

/** What becomes of annotations when a dataset is built from them. */
export interface BuildOptions {
  readonly images?: string;
  readonly a?: readonly string[];
  readonly b?: readonly string[];
  readonly test?: string;
  readonly testImages?: string;
  readonly size?: SizeValue | 'keep';
  readonly fit?: FitName;
  readonly minArea?: number;
  readonly maxArea?: number;
  readonly minInstances?: number;
  readonly maxInstances?: number;
  readonly crowds?: true;
  readonly parts?: true;
  readonly exclusive?: true;
  readonly orientation?: 'any' | 'portrait' | 'landscape';
  readonly maxImages?: number;
  readonly split?: 'keep' | 'draw';
  readonly testShare?: number;
  readonly seed?: number;
  readonly maxPixels?: number;
  readonly likeAuthors?: true;
  readonly attribute?: string;
  readonly classes?: string;
}

const WHAT = 'What to take:';
const HOW = 'How to write it:';

/** The options of every command that builds a dataset; `--data` takes them as `?NAME=VALUE&…`. */
export function buildOptions(): Option[] {
  const what = [
    new Option('--a <LABELS>', 'labels of domain A, separated by commas; * for all').argParser(labelList),
    new Option('--b <LABELS>', 'labels of domain B').argParser(labelList),
    new Option('--images <DIR>', 'folder of the images (default: beside the annotations)').argParser(filePath),
    new Option('--test <PATH>', 'annotations of the test images, such as instances_val2017.json').argParser(filePath),
    new Option('--test-images <DIR>', 'folder of the test images (default: as for --images)').argParser(filePath),
    new Option('--min-area <SHARE>', 'leave out objects that cover less of the image (default: 0.001)').argParser(
      share,
    ),
    new Option('--max-area <SHARE>', 'leave out objects that cover more of the image (default: 1)').argParser(share),
    new Option('--min-instances <N>', 'leave out images with fewer objects (default: 1)').argParser(
      wholeNumber(1, 1000),
    ),
    new Option('--max-instances <N>', 'leave out images with more objects (default: 20)').argParser(
      wholeNumber(1, 1000),
    ),
    new Option('--crowds', 'take annotations of many objects at once (COCO) as one object'),
    new Option('--parts', 'make each connected part of an object an instance of its own'),
    new Option('--exclusive', 'leave out images that have objects of both domains'),
    new Option('--orientation <name>', 'take only images of this orientation (default: any)').choices([
      'any',
      'portrait',
      'landscape',
    ]),
    new Option('--max-images <N>', 'take so many images of each domain, drawn by --seed').argParser(wholeNumber(1)),
    maxPixelsOption(),
    new Option('--attribute <NAME>', 'VIA: the attribute of a region that is its label'),
    new Option('--classes <FILE>', 'masks: a file of lines such as "#ff8000 sheep" or "3 sheep"').argParser(filePath),
  ];
  const how = [
    new Option('--size <HxW>', 'height x width of the images, or keep (default: keep, the files are copied)').argParser(
      sizeOrKeep({ min: 32, max: 16384 }),
    ),
    new Option('--fit <name>', 'how images come into --size, see below (default: inside)').choices(namesOf(FITS)),
    new Option(
      '--split <name>',
      'keep: as the annotations part train and test, if they do; draw: by --seed (default: keep)',
    ).choices(['keep', 'draw']),
    new Option('--test-share <SHARE>', 'share of test images where the split is drawn (default: 0.2)').argParser(share),
    new Option('--seed <N>', 'the same seed draws the same images (default: 0)').argParser(wholeNumber(0, 2 ** 32)),
    new Option(
      '--like-authors',
      "as the InstaGAN authors' script for this format: no limits; COCO with crowds and cropped to 256x256, MHP upright to 450x300",
    ),
  ];
  for (const option of what) option.helpGroup(WHAT);
  for (const option of how) option.helpGroup(HOW);
  return [...what, ...how];
}

const share = numberWithin({ min: 0, max: 1 });

function labelList(text: string): readonly string[] {
  const labels = text.split(',').map((label) => label.trim());
  if (labels.every((label) => label !== '')) return labels;
  throw new InvalidArgumentError('Give labels separated by commas, such as sheep,goat.');
}
