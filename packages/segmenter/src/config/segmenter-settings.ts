import {
  ADAM,
  type ConfigInputOf,
  choice,
  group,
  KEPT_SETTINGS,
  learningRate,
  number,
  onOff,
  type Presets,
  path,
  SEED,
  SKIP_DAMAGED,
  schedule,
  settingsTable,
  size,
  whole,
} from '@instagan/core/settings';
import { unetMultiplePx } from './unet-multiple.ts';

const LEVELS = 5;

/** Everything that decides what a segmenter computes, saved whole as `config.json`. */
export const SEGMENTER_SETTINGS = settingsTable(
  {
    model: choice('pix2pix', { pix2pix: 'U-Net and PatchGAN' }, 'none', 'model to train'),
    domain: choice('A', { A: '', B: '' }, '--domain <name>', 'domain whose objects it learns to find', {
      section: 'data',
    }),
    init: path(null, '--init <RUN>', 'start from the U-Net of another segmenter; network and size default to its own'),
    // The PatchGAN scores (height / 8 - 2) (width / 8 - 2) patches; the rule of the U-Net stands below.
    size: size(
      { height: 128, width: 128 },
      { min: 32, max: 4096 },
      '--size <HxW>',
      'height x width trained on; images are predicted at as many pixels',
    ),
    augment: onOff(true, 'none', 'crop, scale, flip and recolour images at random instead of only resizing them'),
    ngf: whole(32, { min: 1, max: 512 }, '--ngf <N>', "channels of the U-Net's first layer"),
    ndf: whole(16, { min: 1, max: 512 }, '--ndf <N>', "channels of the PatchGAN's first layer"),
    levels: whole(LEVELS, { min: 2, max: 8 }, '--levels <N>', 'how often the U-Net halves height and width'),
    refine: whole(
      16,
      { min: 0, max: 512 },
      '--refine <N>',
      'channels of two convolutions at full size that refine outlines, 0 for none, as in pix2pix',
    ),
    depth: onOff(
      true,
      '--no-depth',
      'predict how deep inside its object each pixel lies, which tells objects that touch apart',
    ),
    batch: whole(2, { min: 1, max: 256 }, '--batch <N>', 'images in a step'),
    learningRate: learningRate({ generator: 5e-4, discriminator: 2e-4 }, 'U-Net, PatchGAN'),
    adam: ADAM,
    weights: group(
      {
        adversarial: number(1, { min: 0 }, 'none', 'weight of the adversarial loss, 0 trains without a PatchGAN'),
        l1: number(100, { min: 0 }, 'none', 'weight of the L1 loss of the mask'),
        jaccard: number(100, { min: 0 }, 'none', 'weight of the Jaccard loss of the mask'),
        depth: number(100, { min: 0 }, 'none', 'weight of the L1 loss of the depth'),
      },
      { changesOnResume: true },
    ),
    epochs: schedule({ constant: 3, decay: 9 }),
    heldOut: number(0.1, { min: 0, max: 0.5 }, 'none', 'share of the images held out for validation'),
    validateEvery: whole(500, { min: 0 }, '--validate-every <N>', 'steps between validations, 0 for none', {
      unit: 'steps',
      section: 'kept',
      changesOnResume: true,
    }),
    seed: SEED,
    skipDamaged: SKIP_DAMAGED,
    ...KEPT_SETTINGS,
  },
  {
    size: {
      help: `multiples of 2^levels, which is ${unetMultiplePx(LEVELS)} at ${LEVELS} levels`,
      fault({ size: { height, width }, levels }) {
        const multiple = unetMultiplePx(levels);
        if (height % multiple === 0 && width % multiple === 0) return null;
        return `with ${levels} levels height and width must be multiples of ${multiple}, not ${height}x${width}`;
      },
    },
  },
);

/** Settings for what the defaults are not made for. */
export const SEGMENTER_PRESETS = {
  photos: {
    help: 'for some hundred photos or more, without PatchGAN',
    settings: {
      batch: 4,
      learningRate: { generator: 8e-4 },
      weights: { adversarial: 0 },
      epochs: { constant: 12, decay: 34 },
    },
  },
} as const satisfies Presets<ConfigInputOf<typeof SEGMENTER_SETTINGS.rows>>;

export type SegmenterPresetName = keyof typeof SEGMENTER_PRESETS;
