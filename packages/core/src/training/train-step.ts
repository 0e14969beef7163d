import * as tf from '@tensorflow/tfjs';
import { directRunner, type ProgramRunner } from '../backends/program.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { DeviceSample } from '../networks/instance-set.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { inScope } from '../ops/in-scope.ts';
import { takeRows } from '../ops/rows.ts';
import type { Rng } from '../random/rng.ts';
import type { DeviceTruth } from './device-samples.ts';
import { updateDiscriminator } from './discriminator-update.ts';
import { type DirectionChunk, updateGenerators } from './generator-update.ts';
import type { ImagePool } from './image-pool.ts';
import type { Measurements } from './measurements.ts';
import type { Gradients, TrainedParameters } from './optimizer.ts';
import { drawMotion, type SyntheticMotion } from './synthetic-motion.ts';
import type { DiscriminatorState, TrainingState } from './training-state.ts';

/** One of the two translations: from a source domain to the other one. */
interface Direction {
  readonly domain: 'A' | 'B';
  readonly forward: TrainedParameters;
  readonly backward: TrainedParameters;
  /** Judges the other domain. */
  readonly judge: DiscriminatorState;
  readonly pool: ImagePool;
  /** Real samples of the source domain, instances in the order in which they are translated. */
  readonly sources: readonly DeviceSample[];
  /** What the masks of `sources` should be, where they are not. */
  readonly sourceTargets: readonly tf.Tensor4D[] | undefined;
  /** Real samples of the other domain, with all their true instances. */
  readonly reals: readonly DeviceSample[];
  /** What has become of `sources` so far: the last chunk's image, and the masks translated until then. */
  readonly progress: Progress[];
}

interface Progress {
  image: tf.Tensor4D;
  masks: tf.Tensor4D | null;
}

export interface StepSettings {
  readonly config: Pick<TrainingConfig, 'instancesPerChunk' | 'weights' | 'adam'>;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Decides which fakes the pools return. */
  readonly poolRng: Rng;
  /** Draws the motions of the consistency loss. @default none: needed only where that has a weight */
  readonly motionRng?: Rng;
  /**
   * Of samples whose masks were jittered. The discriminators take the true masks for real; cycle, identity and context
   * loss compare with the targets: so spoiled masks are to be mended, what they miss of an object may change, and what
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
  readonly measurements: Measurements;
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
  networks: TranslationNetworks,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  settings: StepSettings,
): Generator<ChunkResult, void> {
  const directions = directionsOf(state, a, b, settings.truth);
  const { instancesPerChunk } = settings.config;
  const instances = Math.max(...[...a, ...b].map(({ masks }) => masks.shape[0]));
  try {
    for (let first = 0; first < instances; first += instancesPerChunk) {
      const result = trainChunk(state, networks, directions, first, settings);
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
  networks: TranslationNetworks,
  directions: readonly Direction[],
  first: number,
  settings: StepSettings,
): ChunkResult {
  const { config, learningRate, poolRng, joinCalls = false, programs = directRunner, keepGradients = false } = settings;
  const common = { programs, keepGradients };
  const motion = motionOf(settings, directions);
  return inScope(() => {
    const active = directions
      .map((direction) => ({ direction, samples: samplesWith(direction, first) }))
      .filter(({ samples }) => samples.length > 0);
    const chunks = active.map(({ direction, samples }) =>
      takeChunk(direction, samples, first, config.instancesPerChunk, motion),
    );
    const { fakes, measurements, gradients } = updateGenerators(state, networks, chunks, {
      ...{ ...common, config, joinCalls },
      learningRate: learningRate.generator,
    });
    for (const [i, { direction, samples }] of active.entries()) advance(direction, samples, fakes[i] ?? []);
    const discriminators = { discriminatorA: new Map() as Gradients, discriminatorB: new Map() as Gradients };
    for (const { direction, samples } of active) {
      const { domain, judge, reals, pool, progress } = direction;
      const name = domain === 'A' ? 'discriminatorB' : 'discriminatorA';
      const fake = samples.map((sample) => pool.query(progress[sample] as DeviceSample, poolRng));
      const update = updateDiscriminator({ name, judge, real: reals, fake }, networks, {
        ...{ ...common, adam: config.adam },
        learningRate: learningRate.discriminator,
      });
      measurements.set(name, update.loss);
      discriminators[name] = update.gradients;
    }
    return { measurements, gradients: { ...gradients, ...discriminators } };
  });
}

/** One motion for all samples of a chunk. */
function motionOf({ config, motionRng }: StepSettings, directions: readonly Direction[]): SyntheticMotion | undefined {
  const [sample] = directions.flatMap(({ sources }) => sources);
  if (config.weights.consistency === 0 || sample === undefined) return undefined;
  if (motionRng === undefined) throw new Error('trainStep: the consistency loss needs a motionRng.');
  const [, height, width] = sample.image.shape;
  return drawMotion(motionRng, { height, width });
}

function directionsOf(
  state: TrainingState,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  truth: StepSettings['truth'],
): Direction[] {
  const { generatorAToB, generatorBToA, discriminatorA, discriminatorB, poolA, poolB } = state;
  const untouched = (samples: readonly DeviceSample[]) =>
    samples.map(({ image }): Progress => ({ image, masks: null }));
  const realsOf = (samples: readonly DeviceSample[], truths: readonly DeviceTruth[] | undefined) =>
    samples.map(({ image, masks }, i) => ({ image, masks: truths?.[i]?.masks ?? masks }));
  return [
    {
      domain: 'A',
      forward: generatorAToB,
      backward: generatorBToA,
      judge: discriminatorB,
      pool: poolB,
      sources: a,
      sourceTargets: truth?.a.map(({ targets }) => targets),
      reals: realsOf(b, truth?.b),
      progress: untouched(a),
    },
    {
      domain: 'B',
      forward: generatorBToA,
      backward: generatorAToB,
      judge: discriminatorA,
      pool: poolA,
      sources: b,
      sourceTargets: truth?.b.map(({ targets }) => targets),
      reals: realsOf(a, truth?.a),
      progress: untouched(b),
    },
  ];
}

/** Which samples still have an instance of number `first`. */
function samplesWith({ sources }: Direction, first: number): number[] {
  return sources.flatMap(({ masks }, sample) => (masks.shape[0] > first ? [sample] : []));
}

function takeChunk(
  { sources, sourceTargets, progress, domain, forward, backward, judge }: Direction,
  samples: readonly number[],
  first: number,
  size: number,
  motion: SyntheticMotion | undefined,
): DirectionChunk {
  const ofChunk = (masks: tf.Tensor4D) => takeRows(masks, first, Math.min(size, masks.shape[0] - first));
  const input = samples.map((sample) => ({
    image: (progress[sample] as Progress).image,
    masks: ofChunk((sources[sample] as DeviceSample).masks),
  }));
  const targets = sourceTargets && samples.map((sample) => ofChunk(sourceTargets[sample] as tf.Tensor4D));
  const earlier = samples.flatMap((sample) => progress[sample]?.masks ?? []);
  return { domain, forward, backward, judge, input, targets, earlier, motion };
}

/** Takes over a translated chunk: each image replaces the last one, and its masks join those translated before. */
function advance({ progress, sources }: Direction, samples: readonly number[], fakes: readonly DeviceSample[]): void {
  for (const [i, sample] of samples.entries()) {
    const fake = fakes[i] as DeviceSample;
    const before = progress[sample] as Progress;
    const masks = before.masks === null ? fake.masks : tf.keep(tf.concat([before.masks, fake.masks], 0));
    if (before.masks !== null) tf.dispose([before.masks, fake.masks]);
    if (before.image !== sources[sample]?.image) tf.dispose(before.image);
    progress[sample] = { image: fake.image, masks };
  }
}
