import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { MODEL_NAMES } from '../models/model-names.ts';
import type { ConfigKind } from './config-kind.ts';

const positive = z.number().positive();
const count = z.int().positive();
const share = z.number().min(0).max(1);
const weight = z.number().min(0);

/** A multiple of 4, as the generator halves twice, and large enough for the discriminator to score a patch. */
const side = z.int().min(32).max(4096).multipleOf(4);

/**
 * Everything that decides what a run computes. Saved whole as `config.json`; two runs with the same configuration,
 * data and backend give the same weights on a deterministic backend.
 */
const schema = z.strictObject({
  /** `instagan`, or one of the paper's baselines without instances. */
  model: z.enum(MODEL_NAMES).default('instagan'),
  /** Size of the images trained on, in pixels. */
  size: z.strictObject({ height: side, width: side }).default({ height: 200, width: 200 }),
  /** Images are loaded at this multiple of `size` and cropped. */
  loadScale: z.number().min(1).max(2).default(1.1),
  /** Random crop and flip; without it images are resized to `size`. */
  augment: z.boolean().default(true),
  /** Channels of the generator's first layer. */
  ngf: count.max(512).default(64),
  /** Channels of the discriminator's first layer. */
  ndf: count.max(512).default(64),
  /** Residual blocks of an encoder: 9, or 6 for images under 256 pixels to save time. */
  blocks: count.max(32).default(9),
  /** How decoders double the size: `transposed` convolutions (the paper), or `nearest` pixels and a convolution. */
  upsampling: z.enum(['transposed', 'nearest']).default('transposed'),
  /** Images of each domain in a step. */
  batch: count.max(256).default(1),
  /** Instances of an image that are used, the largest first. */
  maxInstances: count.max(256).default(4),
  /** Instances translated at once: one chunk of the sequential mini-batch. */
  instancesPerChunk: count.max(64).default(2),
  /** Order of the instances: decreasing `area` (the paper), or `random`. */
  instanceOrder: z.enum(['area', 'random']).default('area'),
  /**
   * How much the masks that the generators see are spoiled, 0 … 1, to make translation robust to bad masks; the
   * discriminators see them as they are.
   */
  maskJitter: share.default(0),
  /** Adam's step size; the paper's. The authors' code uses 2e-4 for both. */
  learningRate: z
    .strictObject({ generator: positive.max(1).default(2e-4), discriminator: positive.max(1).default(1e-4) })
    .prefault({}),
  adam: z.strictObject({ beta1: share.default(0.5), beta2: share.default(0.999) }).prefault({}),
  /**
   * Weights of the content losses; the adversarial loss has weight 1. `consistency`, which the paper does not have, asks for
   * the same translation under small motions, for steady videos, and `featureMatching` for features of the discriminator as
   * real samples have them; 0 leaves them out and costs nothing.
   */
  weights: z
    .strictObject({
      cycle: weight.default(10),
      identity: weight.default(10),
      context: weight.default(10),
      consistency: weight.default(0),
      featureMatching: weight.default(0),
    })
    .prefault({}),
  /** Fake images remembered for the discriminator (Shrivastava et al. 2017); 0 turns the pool off. */
  poolSize: z.int().min(0).max(10000).default(50),
  /** Epochs at the full learning rate, then epochs in which it falls linearly to 0. */
  epochs: z.strictObject({ constant: weight.default(100), decay: weight.default(100) }).prefault({}),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32)
    .default(0),
  /**
   * Steps between two entries of the log, which hold means over them. Left out, 10 on a GPU, where reading results makes
   * it wait, else 1.
   */
  logEvery: count.optional(),
  /** Steps between two checkpoints. */
  checkpointEvery: count.default(500),
  /** Checkpoints kept; the oldest go first. */
  keepCheckpoints: count.default(3),
  /** Steps between two sample pictures; 0 for none. */
  sampleEvery: z.int().min(0).default(200),
});

export type TrainingConfig = Readonly<z.output<typeof schema>>;
export type TrainingConfigInput = z.input<typeof schema>;

/** Settings of the paper's experiments (section 4 and appendix), and of the authors' code where it differs. */
export const PRESETS = {
  paper: {},
  ccp: { size: { height: 300, width: 200 }, batch: 4, epochs: { constant: 400, decay: 200 } },
  mhp: { size: { height: 240, width: 160 }, batch: 4 },
  coco: { size: { height: 200, width: 200 }, batch: 4 },
  authors: { learningRate: { generator: 2e-4, discriminator: 2e-4 } },
  small: { size: { height: 64, width: 64 }, ngf: 16, ndf: 16, blocks: 6 },
} as const satisfies Record<string, TrainingConfigInput>;

export type PresetName = keyof typeof PRESETS;

/**
 * Validates a configuration and fills in the defaults.
 *
 * @param input what a user wrote, e.g. the parsed `--config` file
 * @param source where it came from, for the message
 * @throws UsageError naming every field that is wrong
 */
export function parseTrainingConfig(input: unknown, source: string): TrainingConfig {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'configuration'}: ${message}`);
    throw new UsageError(`${source}: ${faults.join('; ')}.`);
  }
  const config = parsed.data;
  if (config.model !== 'instagan') {
    const weights = { ...config.weights, context: 0 };
    return Object.freeze({ ...config, weights, maxInstances: 1, instancesPerChunk: 1 });
  }
  return Object.freeze(config);
}

/** The configurations of `instagan train`. */
export const translationConfigs: ConfigKind<TrainingConfig> = {
  what: 'a translation model',
  command: 'train',
  models: MODEL_NAMES,
  parse: parseTrainingConfig,
  changeable: [
    'maskJitter',
    'learningRate',
    'weights',
    'epochs',
    'logEvery',
    'checkpointEvery',
    'keepCheckpoints',
    'sampleEvery',
  ],
};
