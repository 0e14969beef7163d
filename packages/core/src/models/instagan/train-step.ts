import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../../config/training-config.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import { inScope } from '../../ops/in-scope.ts';
import { takeRows } from '../../ops/rows.ts';
import type { Gradients } from '../../optimizer/gradients.ts';
import type { ProgramRunner } from '../../programs/program.ts';
import type { Rng } from '../../random/rng.ts';
import type { TranslationModel } from '../translation-model.ts';
import type { DeviceTruth } from './device-samples.ts';
import { discriminatorStep } from './discriminator-step.ts';
import { type DirectionInput, generatorStep } from './generator-step.ts';
import type { ImagePool } from './image-pool.ts';
import type { LossWeights } from './losses.ts';
import type { ChunkMeasurements } from './measurements.ts';
import { drawMotion, type SyntheticMotion, uploadMotion } from './synthetic-motion.ts';
import type { TrainingState } from './training-state.ts';

/** One of the two translations, from a source domain to the other one, within a step. */
interface Direction {
  readonly source: 'A' | 'B';
  /** The discriminator of the other domain, and the pool of its fakes. */
  readonly opponent: 'discriminatorA' | 'discriminatorB';
  readonly pool: ImagePool;
  /** Real samples of the source domain, instances in the order in which they are translated. */
  readonly sources: readonly DeviceSample[];
  /** What the masks of `sources` should be, where they are not. */
  readonly targets: readonly tf.Tensor4D[] | undefined;
  /** Real samples of the other domain, with all their true instances. */
  readonly reals: readonly DeviceSample[];
  /** What has become of `sources` so far: the last chunk's image, and the masks translated until then. */
  readonly progress: { image: tf.Tensor4D; masks: tf.Tensor4D | null }[];
}

export interface StepSettings {
  readonly config: Pick<TrainingConfig, 'instancesPerChunk' | 'adam'> & { readonly weights: LossWeights };
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Decides which fakes the pools return. */
  readonly poolRng: Rng;
  /** Draws the motions of the consistency loss. @default none: needed only where that has a weight */
  readonly motionRng?: Rng;
  /**
   * Of samples whose masks were jittered. The discriminators take the true masks for real; cycle, identity and context
   * loss compare with the targets: so jittered masks are to be corrected, what they miss of an object may change, and what
   * they have of the background may not. @default the samples' own masks
   */
  readonly truth?: { readonly a: readonly DeviceTruth[]; readonly b: readonly DeviceTruth[] };
  /**
   * Whether generator calls with the same weights are made as one larger batch: half as many operations, for up to three
   * times the memory. @default false
   */
  readonly joinCalls?: boolean;
  /** Runs the updates. @default directly */
  readonly programs?: ProgramRunner | undefined;
  /** Whether each chunk hands out the gradients of its updates. @default false */
  readonly keepGradients?: boolean;
}

/** What one chunk computed. */
export interface ChunkResult {
  /** Owned by the caller. */
  readonly measurements: ChunkMeasurements;
  /** The gradients that the updates used, valid until the next chunk is asked for; empty unless they are kept. */
  readonly gradients: NetworkGradients;
}

export interface NetworkGradients {
  readonly generatorAToB: Gradients;
  readonly generatorBToA: Gradients;
  readonly discriminatorA: Gradients;
  readonly discriminatorB: Gradients;
}

/**
 * One training step on one pair of batches: the sequential mini-batch training of section 2.4 (equations 8 to 10).
 *
 * The instances are taken in chunks. Each chunk starts from the image that the last one left, detached, and does one
 * update of the generators and one of the discriminators; memory does not depend on the number of chunks. A domain
 * with no instance left sits the chunk out.
 *
 * @param a samples of domain A, each with at least one instance, ordered as they are to be translated
 * @param b samples of domain B
 * @yields after each chunk; the updates are done then
 */
export function* trainStep(
  state: TrainingState,
  model: TranslationModel,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  settings: StepSettings,
): Generator<ChunkResult, void> {
  const directions = directionsOf(state, a, b, settings.truth);
  const { instancesPerChunk } = settings.config;
  const instances = Math.max(...[...a, ...b].map(({ masks }) => masks.shape[0]));
  try {
    for (let first = 0; first < instances; first += instancesPerChunk) {
      const result = inScope(() => trainChunk(state, model, directions, first, settings));
      const owned = Object.values(result.gradients).flatMap((each: Gradients) => [...each.values()]);
      yield result;
      tf.dispose(owned);
    }
  } finally {
    for (const { progress, sources } of directions) {
      for (const [sample, { image, masks }] of progress.entries()) {
        if (image !== sources[sample]?.image) image.dispose();
        masks?.dispose();
      }
    }
  }
}

/** One chunk: its first instance is number `first` of each sample. What is returned is kept. */
function trainChunk(
  state: TrainingState,
  model: TranslationModel,
  directions: readonly Direction[],
  first: number,
  { config, learningRate, poolRng, motionRng, joinCalls = false, keepGradients = false, programs }: StepSettings,
): ChunkResult {
  const { adam, weights, instancesPerChunk } = config;
  const motion = weights.consistency ? motionOf(directions, motionRng) : undefined;
  const active = directions
    .map((direction) => ({ direction, samples: samplesWith(direction, first) }))
    .filter(({ samples }) => samples.length > 0);

  const inputs = active.map(({ direction, samples }) => ({
    ...takeChunk(direction, samples, first, instancesPerChunk, motion),
    real: weights.featureMatching ? samples.map((sample) => realFor(direction, sample)) : undefined,
  }));
  const { results, gradients } = generatorStep(state, model, inputs, {
    ...{ config, joinCalls, keepGradients, programs },
    learningRate: learningRate.generator,
  });

  const measurements: ChunkMeasurements = new Map();
  const discriminatorGradients = { discriminatorA: new Map() as Gradients, discriminatorB: new Map() as Gradients };
  for (const [i, { direction, samples }] of active.entries()) {
    for (const [name, value] of results[i]!.measurements) measurements.set(`${name}${direction.source}`, value);
    advance(direction, samples, results[i]!.fakes);
  }
  for (const { direction, samples } of active) {
    const { opponent, pool, progress, reals } = direction;
    const fake = samples.map((sample) => pool.query(progress[sample] as DeviceSample, poolRng));
    const update = discriminatorStep(
      state[opponent],
      model,
      { real: reals, fake },
      { adam, keepGradients, programs, learningRate: learningRate.discriminator },
    );
    measurements.set(opponent, update.loss);
    discriminatorGradients[opponent] = update.gradients;
  }
  return { measurements, gradients: { ...gradients, ...discriminatorGradients } };
}

function directionsOf(
  state: TrainingState,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  truth: StepSettings['truth'],
): Direction[] {
  const common = (sources: readonly DeviceSample[], truths: readonly DeviceTruth[] | undefined) => ({
    sources,
    targets: truths?.map(({ targets }) => targets),
    progress: sources.map(({ image }) => ({ image, masks: null })),
  });
  const real = (samples: readonly DeviceSample[], truths: readonly DeviceTruth[] | undefined) =>
    samples.map(({ image, masks }, i) => ({ image, masks: truths?.[i]?.masks ?? masks }));
  return [
    {
      ...{ source: 'A', opponent: 'discriminatorB', pool: state.poolB },
      ...{ ...common(a, truth?.a), reals: real(b, truth?.b) },
    },
    {
      ...{ source: 'B', opponent: 'discriminatorA', pool: state.poolA },
      ...{ ...common(b, truth?.b), reals: real(a, truth?.a) },
    },
  ];
}

/** Which samples still have an instance of number `first`. */
function samplesWith({ sources }: Direction, first: number): number[] {
  return sources.flatMap(({ masks }, sample) => (masks.shape[0] > first ? [sample] : []));
}

/** One motion for all samples of a chunk. */
function motionOf(directions: readonly Direction[], rng: Rng | undefined): SyntheticMotion | undefined {
  const [sample] = directions.flatMap(({ sources }) => sources);
  if (sample === undefined) return undefined;
  if (rng === undefined) throw new Error('trainStep: the consistency loss needs a motionRng.');
  const [, height, width] = sample.image.shape;
  return drawMotion(rng, { height, width });
}

/** Of each sample the image that the last chunk left, and the masks of the next `size` instances. */
function takeChunk(
  { source, sources, targets, progress }: Direction,
  samples: readonly number[],
  first: number,
  size: number,
  motion: SyntheticMotion | undefined,
): Omit<DirectionInput, 'real'> {
  const ofChunk = (masks: tf.Tensor4D) => takeRows(masks, first, Math.min(size, masks.shape[0] - first));
  const input = samples.map((sample) => ({
    image: progress[sample]!.image,
    masks: ofChunk(sources[sample]!.masks),
  }));
  return {
    source,
    input,
    targets: targets && samples.map((sample) => ofChunk(targets[sample] as tf.Tensor4D)),
    earlier: samples.flatMap((sample) => progress[sample]?.masks ?? []),
    motion: motion && uploadMotion(motion, input),
  };
}

/** A real sample beside one that is translated; they begin again where there are fewer. */
function realFor({ reals }: Direction, sample: number): DeviceSample {
  return reals[sample % reals.length] as DeviceSample;
}

/** Takes over a translated chunk: each image replaces the last one, and its masks join those translated before. */
function advance({ progress, sources }: Direction, samples: readonly number[], fakes: readonly DeviceSample[]): void {
  for (const [i, sample] of samples.entries()) {
    const fake = fakes[i] as DeviceSample;
    const before = progress[sample]!;
    const masks = before.masks === null ? fake.masks : tf.keep(tf.concat([before.masks, fake.masks], 0));
    if (before.masks !== null) tf.dispose([before.masks, fake.masks]);
    if (before.image !== sources[sample]?.image) tf.dispose(before.image);
    progress[sample] = { image: fake.image, masks };
  }
}
