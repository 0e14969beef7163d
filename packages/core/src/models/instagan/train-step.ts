import * as tf from '@tensorflow/tfjs';
import type { DeviceSample } from '../../networks/instance-set.ts';
import { inScope } from '../../ops/in-scope.ts';
import type { Gradients } from '../../optimizer/gradients.ts';
import type { ProgramRunner } from '../../programs/program.ts';
import type { Rng } from '../../random/rng.ts';
import type { TranslationModel } from '../translation-model.ts';
import type { DeviceTruth } from './device-samples.ts';
import { drawAugmentation, uploadAugmentation } from './diff-augment.ts';
import { Direction } from './direction.ts';
import { discriminatorStep } from './discriminator-step.ts';
import { generatorStep } from './generator-step.ts';
import type { ChunkMeasurements } from './measurements.ts';
import type { StepConfig } from './step-config.ts';
import { drawMotion, type SyntheticMotion, uploadMotion } from './synthetic-motion.ts';
import type { DiscriminatorName, ObjectDiscriminatorName, TrainingState } from './training-state.ts';

export interface StepSettings {
  readonly config: StepConfig;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** What is left of the cycle and identity weights, from 0 to 1. @default 1 */
  readonly reconstruction?: number;
  /** Decides which fakes the pools return. */
  readonly poolRng: Rng;
  /** Draws the motions of the consistency loss. @default none: needed only where that has a weight */
  readonly motionRng?: Rng;
  /** Draws how discriminators see samples augmented. @default none: needed only where they do */
  readonly augmentRng?: Rng;
  /**
   * Of samples whose masks were jittered. The discriminators take the true masks for real; cycle, identity and context
   * loss compare with the targets: so jittered masks are to be corrected, what they miss of an object may change, and what
   * they have of the background may not. @default the samples' own masks
   */
  readonly truth?: { readonly a: readonly DeviceTruth[]; readonly b: readonly DeviceTruth[] };
  /** Whether only the generators are trained, and only with the identity loss: nothing is translated. @default false */
  readonly isWarmUp?: boolean;
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
  readonly gradients: NetworkGradients & Readonly<Partial<Record<ObjectDiscriminatorName, Gradients>>>;
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
  const { truth } = settings;
  const [truthOfA, truthOfB] = [
    truth && { sources: truth.a, others: truth.b },
    truth && { sources: truth.b, others: truth.a },
  ];
  const directions = [
    new Direction('A', state, { sources: a, others: b, truth: truthOfA }),
    new Direction('B', state, { sources: b, others: a, truth: truthOfB }),
  ];
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
    for (const direction of directions) direction.dispose();
  }
}

/** One chunk: its first instance is number `first` of each sample. What is returned is kept. */
function trainChunk(
  state: TrainingState,
  model: TranslationModel,
  directions: readonly Direction[],
  first: number,
  settings: StepSettings,
): ChunkResult {
  const { config, learningRate, reconstruction = 1, poolRng, motionRng } = settings;
  const { joinCalls = false, isWarmUp = false, keepGradients = false, programs } = settings;
  const { adam, weights, instancesPerChunk } = config;
  const active = directions
    .map((direction) => ({ direction, samples: direction.samplesWith(first) }))
    .filter(({ samples }) => samples.length > 0);

  const taken = active.map(({ direction, samples }) => direction.take(samples, first, instancesPerChunk));
  const motion = weights.consistency && !isWarmUp ? motionFor(taken[0]!.input[0]!, motionRng) : undefined;
  const augmentationOf = (samples: number) => augmentationFor(taken[0]!.input[0]!, samples, settings);
  const inputs = active.map(({ direction, samples }, i) => ({
    ...taken[i]!,
    source: direction.source,
    motion: motion && uploadMotion(motion, taken[i]!.input),
    augmentation: isWarmUp ? undefined : augmentationOf(samples.length),
    real: weights.featureMatching && !isWarmUp ? samples.map((sample) => direction.realBeside(sample)) : undefined,
  }));
  const { results, gradients } = generatorStep(state, model, inputs, {
    ...{ config, reconstruction, joinCalls, isWarmUp, keepGradients, programs },
    learningRate: learningRate.generator,
  });

  const measurements: ChunkMeasurements = new Map();
  for (const [i, { direction, samples }] of active.entries()) {
    for (const [name, value] of results[i]!.measurements) measurements.set(`${name}${direction.source}`, value);
    if (!isWarmUp) direction.advance(samples, results[i]!.fakes);
  }
  const ofDiscriminators: Partial<Record<DiscriminatorName, Gradients>> = {};
  for (const { direction, samples } of isWarmUp ? [] : active) {
    const { opponent, objectOpponent, pool, reals: real } = direction;
    const fake = samples.map((sample) => pool.query(direction.translated(sample), poolRng));
    for (const [name, judges] of [
      [opponent, 'samples'],
      [objectOpponent, 'objects'],
    ] as const) {
      const own = state[name];
      if (own === undefined) continue;
      // Crops of objects show them as they are.
      const augmentation = judges === 'samples' ? augmentationOf(real.length + fake.length) : undefined;
      const how = { adam, keepGradients, judges, programs, learningRate: learningRate.discriminator };
      const update = discriminatorStep(own, model, { real, fake, augmentation }, how);
      measurements.set(name, update.loss);
      ofDiscriminators[name] = update.gradients;
    }
  }
  const none = { discriminatorA: new Map(), discriminatorB: new Map() };
  return { measurements, gradients: { ...gradients, ...none, ...ofDiscriminators } };
}

/** A drawn augmentation for each of so many samples, which are as large as this one. */
function augmentationFor({ image }: DeviceSample, samples: number, { config, augmentRng: rng }: StepSettings) {
  const { diffAugment = 'none' } = config;
  if (diffAugment === 'none') return undefined;
  if (rng === undefined) throw new Error('trainStep: the augmentation for discriminators needs an augmentRng.');
  const [, height, width] = image.shape;
  const drawn = Array.from({ length: samples }, () => drawAugmentation(rng, { height, width }));
  return uploadAugmentation(diffAugment, drawn, { height, width });
}

/** One motion for all samples of a chunk, which are as large as this one. */
function motionFor({ image }: DeviceSample, rng: Rng | undefined): SyntheticMotion {
  if (rng === undefined) throw new Error('trainStep: the consistency loss needs a motionRng.');
  const [, height, width] = image.shape;
  return drawMotion(rng, { height, width });
}
