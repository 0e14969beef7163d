import { type ConfigKind, UsageError } from '@instagan/core';
import { z } from 'zod';

const positive = z.number().positive();
const count = z.int().positive();
const weight = z.number().min(0);
const side = z.int().min(32).max(4096);

/** Everything that decides what a segmenter computes. Saved whole as `config.json`. */
const schema = z.strictObject({
  model: z.literal('pix2pix').default('pix2pix'),
  /** The domain whose objects it finds, for people who look at the run. */
  domain: z.enum(['A', 'B']).default('A'),
  /** The run of another segmenter, with whose U-Net this one begins; null for random weights. */
  init: z.string().min(1).nullable().default(null),
  /** Size of the crops trained on, in pixels; images are predicted at the same number of pixels. */
  size: z.strictObject({ height: side, width: side }).default({ height: 128, width: 128 }),
  /** Random crop, scale, flip and colour; without it images are resized to `size`. */
  augment: z.boolean().default(true),
  /** Channels of the generator's first layer. */
  ngf: count.max(512).default(32),
  /** Channels of the discriminator's first layer. */
  ndf: count.max(512).default(16),
  /** How often the U-Net halves height and width. */
  levels: z.int().min(2).max(8).default(5),
  /** Channels of two convolutions at full size that refine the outlines; 0 for none, as in pix2pix. */
  refine: z.int().min(0).max(512).default(16),
  /** Predict how deep inside its instance each pixel lies, which tells objects that touch apart. */
  depth: z.boolean().default(true),
  /** Images in a step. */
  batch: count.max(256).default(2),
  /** Adam's step size. */
  learningRate: z
    .strictObject({ generator: positive.max(1).default(5e-4), discriminator: positive.max(1).default(2e-4) })
    .prefault({}),
  adam: z
    .strictObject({ beta1: z.number().min(0).max(1).default(0.5), beta2: z.number().min(0).max(1).default(0.999) })
    .prefault({}),
  /** Weights of the losses; an `adversarial` of 0 trains without a discriminator. */
  weights: z
    .strictObject({
      adversarial: weight.default(1),
      l1: weight.default(100),
      jaccard: weight.default(100),
      depth: weight.default(100),
    })
    .prefault({}),
  /** Epochs at the full learning rate, then epochs in which it falls linearly to 0. */
  epochs: z.strictObject({ constant: weight.default(3), decay: weight.default(9) }).prefault({}),
  /** Share of the images that is held out to validate on. */
  heldOut: z.number().min(0).max(0.5).default(0.1),
  /** Steps between two validations; 0 for none. */
  validateEvery: z.int().min(0).default(500),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32)
    .default(0),
  /** Steps between two entries of the log. */
  logEvery: count.optional(),
  /** Steps between two checkpoints. */
  checkpointEvery: count.default(500),
  /** Checkpoints kept; the oldest go first. */
  keepCheckpoints: count.default(3),
  /** Steps between two sample pictures; 0 for none. */
  sampleEvery: z.int().min(0).default(200),
});

export type SegmenterConfig = Readonly<z.output<typeof schema>>;
export type SegmenterConfigInput = z.input<typeof schema>;

/** Settings for what the defaults are not made for. */
export const SEGMENTER_PRESETS = {
  photos: {
    batch: 4,
    learningRate: { generator: 8e-4 },
    weights: { adversarial: 0 },
    epochs: { constant: 12, decay: 34 },
  },
} as const satisfies Record<string, SegmenterConfigInput>;

export type SegmenterPresetName = keyof typeof SEGMENTER_PRESETS;

/**
 * Validates a configuration and fills in the defaults.
 *
 * @param source where it came from, for the message
 * @throws UsageError naming every field that is wrong
 */
export function parseSegmenterConfig(input: unknown, source: string): SegmenterConfig {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'configuration'}: ${message}`);
    throw new UsageError(`${source}: ${faults.join('; ')}.`);
  }
  const { size, levels } = parsed.data;
  const multiple = 2 ** levels;
  if (size.height % multiple !== 0 || size.width % multiple !== 0) {
    throw new UsageError(
      `${source}: size: with ${levels} levels height and width must be multiples of ${multiple}, not ${size.height}x${size.width}.`,
    );
  }
  return Object.freeze(parsed.data);
}

/** The configurations of `instagan segmenter train`. */
export const segmenterConfigs: ConfigKind<SegmenterConfig> = {
  what: 'a segmenter',
  command: 'segmenter train',
  models: ['pix2pix'],
  parse: parseSegmenterConfig,
  changeable: [
    ...(['learningRate', 'weights', 'epochs', 'validateEvery'] as const),
    ...(['logEvery', 'checkpointEvery', 'keepCheckpoints', 'sampleEvery'] as const),
  ],
};
