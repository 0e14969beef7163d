import { type Fields, PRESETS } from '@instagan/core/settings';

/** Trainings that are compared. */
export interface ComparisonPlan {
  /** Settings of all, unless others are asked for. */
  readonly common?: Fields;
  /** The settings that differ, by the name of the cell. */
  readonly cells: Readonly<Record<string, Fields>>;
}

// The paper's four instances in chunks of two (section 4): with fewer, one step and sequential would be the same.
const SEQUENTIAL = { maxInstances: 4, instancesPerChunk: 2 };
const ONE_STEP = { instancesPerChunk: 4 };
const { region, background, upsampling, ema, ...networks } = PRESETS.recommended.settings;
const method = { region, background, upsampling, ema };

/** The plans that have a name. */
export const PLANS = {
  ladder: {
    help: "the paper's figure 9: from CycleGAN to InstaGAN",
    common: { ...networks, ...SEQUENTIAL },
    cells: {
      CycleGAN: { model: 'cyclegan' },
      'CycleGAN+Seg': { model: 'cyclegan-seg' },
      'InstaGAN without context loss, one step': { ...ONE_STEP, weights: { context: 0 } },
      'InstaGAN in one step': ONE_STEP,
      InstaGAN: {},
    },
  },
  recipe: {
    help: 'the preset recommended, without each of its settings, and with others besides',
    common: networks,
    cells: {
      recommended: method,
      'whole images': { background, upsampling, ema },
      'background translated': { region, upsampling, ema },
      'transposed convolutions': { region, background, ema },
      'no average of weights': { region, background, upsampling },
      'and binary masks': { ...method, maskValues: 'binary' },
      'and feature matching': { ...method, weights: { featureMatching: 10 } },
      'and falling weights of cycle and identity': { ...method, reconstructionEnd: 0.4 },
      'as in the paper': {},
    },
  },
} as const satisfies Record<string, ComparisonPlan & { help: string }>;
