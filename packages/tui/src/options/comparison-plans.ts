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
const { size, ngf, ndf, blocks, maxInstances, learningRate } = PRESETS.recommended.settings;
const NETWORKS = { size, ngf, ndf, blocks, maxInstances, learningRate };

/** Settings beyond the paper that are tried together, and one by one left out. */
const REGIONS = { region: 'objects' };
const KEPT_BACKGROUND = { background: 'keep' };
const NEAREST = { upsampling: 'nearest' };
const AVERAGED = { ema: 0.999 };
const ALL_BUT_NEAREST = { ...REGIONS, ...KEPT_BACKGROUND, ...AVERAGED };
const ALL = { ...ALL_BUT_NEAREST, ...NEAREST };

/** The plans that have a name. */
export const PLANS = {
  ladder: {
    help: "the paper's figures 9 and 10: from CycleGAN to InstaGAN, and one step against sequential",
    common: { ...NETWORKS, ...SEQUENTIAL },
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
    help: 'settings beyond the paper: all of them, each left out, and others besides',
    common: NETWORKS,
    cells: {
      'as in the paper': {},
      all: ALL,
      'all but regions': { ...KEPT_BACKGROUND, ...NEAREST, ...AVERAGED },
      'all but the background kept': { ...REGIONS, ...NEAREST, ...AVERAGED },
      'all but nearest up-sampling': ALL_BUT_NEAREST,
      'all but the average of weights': { ...REGIONS, ...KEPT_BACKGROUND, ...NEAREST },
      'all, and filtered output': { ...ALL, outputFilter: 'binomial' },
      'all but nearest up-sampling, and filtered output': { ...ALL_BUT_NEAREST, outputFilter: 'binomial' },
      'all, and binary masks': { ...ALL, maskValues: 'binary' },
      'all, and feature matching': { ...ALL, weights: { featureMatching: 10 } },
      'all, and falling reconstruction weights': { ...ALL, reconstructionEnd: 0.4 },
      'all, and augmented discriminators': { ...ALL, diffAugment: 'color,translation,cutout' },
      'all, and shallower discriminators': { ...ALL, discriminatorLayers: 2 },
      'all, and discriminators of objects': { ...ALL, weights: { objectDiscriminator: 1 } },
      'all, and a warm-up': { ...ALL, warmUp: 80 },
    },
  },
} as const satisfies Record<string, ComparisonPlan & { help: string }>;
