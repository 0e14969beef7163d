import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../../checkpoint/checkpoint-reader.ts';
import { createRng } from '../../random/rng.ts';
import type { TrainingBackend } from '../learner.ts';
import type { TrainingConfig } from '../training-config.ts';
import type { TranslationLearner, TranslationModel } from '../translation-model.ts';
import { disposeSamples, uploadSamples, uploadTruth } from './device-samples.ts';
import type { MeasurementName } from './measurements.ts';
import { ObjectSides, trainedOn } from './object-sides.ts';
import { samplePictures } from './sample-pictures.ts';
import { instaganSymptoms } from './symptoms.ts';
import { trainStep } from './train-step.ts';
import { stateFromCheckpoint, stateToCheckpoint } from './training-checkpoint.ts';
import { disposeTrainingState, generatorWeights, initialTrainingState } from './training-state.ts';
import { warmUpSteps } from './warm-up.ts';

/** Begins the training of a model that learns as InstaGAN does; see `TranslationModel.begin`. */
export function beginLearning(
  model: TranslationModel,
  config: TrainingConfig,
  checkpoint: Checkpoint | null,
  { gpu: joinCalls, programs }: TrainingBackend,
): TranslationLearner {
  const { seed, poolSize } = config;
  const parts = { hasAverages: config.ema > 0, hasObjectDiscriminators: config.weights.objectDiscriminator > 0 };
  const state =
    checkpoint === null
      ? initialTrainingState(model, seed, poolSize, parts)
      : stateFromCheckpoint(checkpoint, model, seed, poolSize, parts);
  const objectSides = ObjectSides.fromJson(checkpoint?.state.objectSides);
  return {
    reasonToSkip: (pair) => model.reasonToSkip(pair),
    *learn(pair, { step, learningRate, progress }) {
      const { view } = model;
      const usable = model.usable(pair);
      for (const sample of usable.a) objectSides.add('A', sample);
      for (const sample of usable.b) objectSides.add('B', sample);
      const [a, b] = [uploadSamples(usable.a.map(view)), uploadSamples(usable.b.map(view))];
      const isJittered = [...usable.a, ...usable.b].some((sample) => sample.truth !== undefined);
      const truth = isJittered ? { a: uploadTruth(usable.a, view), b: uploadTruth(usable.b, view) } : undefined;
      const rngs = {
        poolRng: createRng(seed, 'pool', step),
        motionRng: createRng(seed, 'motion', step),
        augmentRng: createRng(seed, 'diff-augment', step),
      };
      try {
        const reconstruction = 1 - (1 - config.reconstructionEnd) * progress;
        const plan = { learningRate, reconstruction, ...rngs, isWarmUp: step < warmUpSteps(config) };
        const settings = { config, ...plan, joinCalls, programs, ...(truth && { truth }) };
        for (const { measurements } of trainStep(state, model, a, b, settings)) yield measurements;
      } finally {
        disposeSamples([...a, ...b]);
        for (const { masks, targets } of [...(truth?.a ?? []), ...(truth?.b ?? [])]) tf.dispose([masks, targets]);
      }
    },
    examine: (means) => {
      const { fakeMasksA: _, fakeMasksB: __, ...losses } = means;
      return { losses, symptoms: instaganSymptoms(means as Record<MeasurementName, number>) };
    },
    translator: (direction) => ({
      model,
      parameters: generatorWeights(state, direction === 'AtoB' ? 'generatorAToB' : 'generatorBToA'),
      instancesPerChunk: config.instancesPerChunk,
      trained: trainedOn(config, objectSides, direction),
    }),
    pictures: (pair) => samplePictures(state, model, pair, config),
    toCheckpoint: () => stateToCheckpoint(state, { model: model.name, seed, objectSides: objectSides.toJson() }),
    dispose: () => disposeTrainingState(state),
  };
}
