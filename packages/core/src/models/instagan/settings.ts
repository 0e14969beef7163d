import { ADAM, KEPT_SETTINGS, learningRate, SEED, SKIP_DAMAGED, schedule } from '../../config/run-settings.ts';
import { choice, group, number, onOff, path, size, whole } from '../../config/setting.ts';
import { type ConfigInputOf, type Presets, type SettingRows, settingsTable } from '../../config/settings-table.ts';
import type { ModelName } from '../model-names.ts';

const MODELS: Readonly<Record<ModelName, string>> = {
  instagan: 'each instance has its own mask',
  cyclegan: 'baseline without masks',
  'cyclegan-seg': "baseline that sees the masks' union",
};

const ROWS = {
  model: choice('instagan', MODELS, '--model <name>', 'model to train'),
  init: path(
    null,
    '--init <RUN>',
    'start from the networks of another run, which may be of another size; their settings default to its own',
  ),
  // The generator halves each side twice; the rule of the discriminator stands below.
  size: size(
    { height: 200, width: 200 },
    { min: 32, max: 4096, multipleOf: 4 },
    '--size <HxW>',
    'height x width trained on',
  ),
  loadScale: number(1.1, { min: 1, max: 2 }, 'none', 'images are loaded at this multiple of the size, then cropped'),
  augment: onOff(true, 'none', 'crop and flip images at random instead of only resizing them'),
  region: choice(
    'image',
    {
      image: 'whole images, as in the paper',
      objects: 'regions around objects, as translate --region objects cuts them',
    },
    '--region <kind>',
    'what to train on',
  ),
  ngf: whole(64, { min: 1, max: 512 }, '--ngf <N>', "channels of the generator's first layer"),
  ndf: whole(64, { min: 1, max: 512 }, '--ndf <N>', "channels of the discriminator's first layer"),
  // pix2pix calls it n_layers_D.
  discriminatorLayers: whole(
    3,
    { min: 1, max: 5 },
    '--discriminator-layers <N>',
    'how often discriminators halve height and width; at 3, as in the paper, a score looks at 70x70 pixels, which is more than a small image has, at 2 at 34x34, at 1 at 16x16',
  ),
  blocks: whole(
    9,
    { min: 1, max: 32 },
    '--blocks <N>',
    'residual blocks of an encoder; 6 save time on images under 256 pixels',
  ),
  upsampling: choice(
    'transposed',
    { transposed: 'transposed convolutions, as in the paper', nearest: 'nearest pixels, then a convolution' },
    '--upsampling <kind>',
    'how decoders double the size',
  ),
  outputFilter: choice(
    'none',
    {
      none: 'nothing, as in the paper',
      binomial:
        'what changes from pixel to pixel: no checkerboard, and no stripes in which a cycle hides what it must find again',
    },
    '--output-filter <kind>',
    'what is filtered out of translated images and masks',
  ),
  maskValues: choice(
    'soft',
    {
      soft: 'from background to object, as in the paper',
      binary: 'background or object; gradients pass straight through',
    },
    '--mask-values <kind>',
    'what translated masks hold',
  ),
  background: choice(
    'translated',
    {
      translated: 'the generator makes it, as in the paper',
      keep: "the input's, outside the masks of input and output",
    },
    '--background <kind>',
    'background of a translation',
  ),
  batch: whole(1, { min: 1, max: 256 }, '--batch <N>', 'images of each domain in a step'),
  maxInstances: whole(
    4,
    { min: 1, max: 256 },
    '--max-instances <N>',
    'instances of an image that are used, largest first',
  ),
  instancesPerChunk: whole(
    2,
    { min: 1, max: 64 },
    '--instances-per-chunk <N>',
    'instances translated at once, in one chunk of the sequential mini-batch',
  ),
  instanceOrder: choice(
    'area',
    { area: 'by decreasing area, as in the paper', random: 'shuffled' },
    'none',
    'order of the instances',
  ),
  maskJitter: number(
    0,
    { min: 0, max: 1 },
    '--mask-jitter <S>',
    'jitter the masks that are translated; trains for imperfect masks',
    { changesOnResume: true },
  ),
  // The paper's; the authors' code uses 2e-4 for both.
  learningRate: learningRate({ generator: 2e-4, discriminator: 1e-4 }, 'generators, discriminators'),
  adam: ADAM,
  weights: group(
    {
      cycle: number(10, { min: 0 }, 'none', 'weight of the cycle loss; that of the adversarial loss is 1'),
      identity: number(10, { min: 0 }, 'none', 'weight of the identity loss'),
      context: number(10, { min: 0 }, 'none', 'weight of the context loss'),
      // The next ones are not of the paper; at 0 they cost nothing.
      consistency: number(
        0,
        { min: 0 },
        '--consistency <W>',
        'weight of a loss for steady videos: the same translation when the camera moves a little',
      ),
      featureMatching: number(
        0,
        { min: 0 },
        '--feature-matching <W>',
        "weight of a loss that matches the discriminators' features of translated and real images",
      ),
      objectDiscriminator: number(
        0,
        { min: 0 },
        '--object-discriminator <W>',
        'weight of the adversarial loss of discriminators that see each object alone, cut out and scaled',
      ),
    },
    { changesOnResume: true },
  ),
  // Not of the paper: what a translation need not be turned back into, it may leave out.
  reconstructionEnd: number(
    1,
    { min: 0, max: 1 },
    '--reconstruction-end <SHARE>',
    'share of the cycle and identity weights that is left at the end of the schedule, as they fall all along it; 1 keeps them',
    { changesOnResume: true },
  ),
  ema: number(
    0,
    { min: 0, max: 0.99999 },
    '--ema <DECAY>',
    "translate with a moving average of the generators' weights, such as 0.999; 0 for none",
    { changesOnResume: true },
  ),
  // Not of the paper; the policies that Zhao et al. 2020 publish, by their names.
  diffAugment: choice(
    'none',
    {
      none: 'nothing, as in the paper',
      translation: 'shifts by up to an eighth of the sides',
      'translation,cutout': 'shifts, and cut-out rectangles of half the sides',
      'color,translation,cutout': 'those, and brightness, saturation and contrast',
    },
    '--diff-augment <policy>',
    'how discriminators see real and translated images augmented, so that they do not learn few images by heart',
    { changesOnResume: true },
  ),
  // CartoonGAN's initialization phase (Chen et al. 2018).
  warmUp: whole(
    0,
    { min: 0 },
    '--warm-up <N>',
    'steps at the beginning that train the generators with the identity loss alone; 0 for none, and none with --init',
    { unit: 'steps' },
  ),
  // Shrivastava et al. 2017.
  poolSize: whole(
    50,
    { min: 0, max: 10_000 },
    'none',
    'translated images remembered for the discriminator, 0 for none',
  ),
  epochs: schedule({ constant: 100, decay: 100 }),
  seed: SEED,
  skipDamaged: SKIP_DAMAGED,
  ...KEPT_SETTINGS,
  evaluateEvery: whole(
    0,
    { min: 0 },
    '--evaluate-every <N>',
    'steps between evaluations on the test images, 0 for none; the best checkpoint is kept',
    { section: 'kept', unit: 'steps', changesOnResume: true },
  ),
} as const satisfies SettingRows;

/** The shortest side that is scored: the classifier takes two rows and columns of what the layers of a discriminator leave. */
export const shortestSidePx = (layers: number) => 3 * 2 ** layers;

/**
 * Everything that decides what a run computes, saved whole as `config.json`: two runs with the same settings, data and
 * backend give the same weights on a deterministic backend. The baselines share the table; `models/cyclegan/settings.ts` has
 * what they fix.
 */
export const INSTAGAN_SETTINGS = settingsTable(ROWS, {
  size: {
    help: `multiples of ${ROWS.size.multipleOf}, from ${shortestSidePx(4)} at 4 discriminator layers and from ${shortestSidePx(5)} at 5`,
    fault({ size: { height, width }, discriminatorLayers }) {
      const shortest = shortestSidePx(discriminatorLayers);
      if (Math.min(height, width) >= shortest) return null;
      return `with ${discriminatorLayers} discriminator layers height and width must be at least ${shortest}, not ${height}x${width}`;
    },
  },
  warmUp: {
    help: 'whose weight must be above 0',
    fault: ({ warmUp, weights: { identity } }) =>
      warmUp === 0 || identity > 0
        ? null
        : 'a warm-up trains with the identity loss alone, so weights.identity must be above 0',
  },
});

type Input = ConfigInputOf<typeof INSTAGAN_SETTINGS.rows>;

/** Settings of the paper's experiments (section 4 and appendix), of the authors' code where it differs, and for trials. */
export const PRESETS = {
  paper: { help: 'the defaults', settings: {} },
  ccp: {
    help: "the paper's CCP experiment",
    settings: { size: { height: 300, width: 200 }, batch: 4, epochs: { constant: 400, decay: 200 } },
  },
  mhp: { help: "the paper's MHP experiments", settings: { size: { height: 240, width: 160 }, batch: 4 } },
  coco: { help: "the paper's COCO experiments", settings: { size: { height: 200, width: 200 }, batch: 4 } },
  authors: {
    help: "the learning rates of the authors' code",
    settings: { learningRate: { generator: 2e-4, discriminator: 2e-4 } },
  },
  small: {
    help: 'for a CPU and first trials',
    settings: { size: { height: 64, width: 64 }, ngf: 16, ndf: 16, blocks: 6 },
  },
  recommended: {
    help: 'beyond the paper: regions around objects, the background kept, averaged weights, falling reconstruction weights, small networks',
    settings: {
      size: { height: 96, width: 96 },
      region: 'objects',
      background: 'keep',
      upsampling: 'nearest',
      reconstructionEnd: 0.4,
      ema: 0.999,
      ngf: 16,
      ndf: 24,
      blocks: 4,
      maxInstances: 2,
      learningRate: { generator: 4e-4, discriminator: 2e-4 },
    },
  },
} as const satisfies Presets<Input>;

export type PresetName = keyof typeof PRESETS;
