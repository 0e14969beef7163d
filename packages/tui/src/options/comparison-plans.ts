import { type Fields, PRESETS } from '@instagan/core/settings';

/** What is compared: trainings, and other ways to translate with them. */
export interface ComparisonPlan {
  /** Settings of all, unless others are asked for. */
  readonly common?: Fields;
  /** The settings that differ, by the name of the cell. */
  readonly cells: Readonly<Record<string, Fields>>;
  /** Rows of the table beside the cells, by name. */
  readonly translations?: Readonly<Record<string, PlannedTranslation>>;
}

/** A trained cell that translates otherwise than it was trained to. */
export interface PlannedTranslation {
  /** Name of the cell. */
  readonly cell: string;
  /** Instances translated at once. */
  readonly instancesPerChunk: number;
}

// The paper's four instances in chunks of two (section 4): with fewer, one step and sequential would be the same.
const SEQUENTIAL = { maxInstances: 4, instancesPerChunk: 2 };
const ONE_STEP = { instancesPerChunk: 4 };
const { region, background, upsampling, ema, ...networks } = PRESETS.recommended.settings;
const method = { region, background, upsampling, ema };

/** The plans that have a name. */
export const PLANS = {
  ladder: {
    help: "the paper's figures 9 and 10: from CycleGAN to InstaGAN, and one step against sequential",
    common: { ...networks, ...SEQUENTIAL },
    cells: {
      CycleGAN: { model: 'cyclegan' },
      'CycleGAN+Seg': { model: 'cyclegan-seg' },
      'InstaGAN without context loss, one step': { ...ONE_STEP, weights: { context: 0 } },
      'InstaGAN in one step': ONE_STEP,
      InstaGAN: {},
    },
    translations: {
      'InstaGAN trained in one step, translating sequentially': {
        cell: 'InstaGAN in one step',
        instancesPerChunk: SEQUENTIAL.instancesPerChunk,
      },
      'InstaGAN trained sequentially, translating in one step': {
        cell: 'InstaGAN',
        instancesPerChunk: ONE_STEP.instancesPerChunk,
      },
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
