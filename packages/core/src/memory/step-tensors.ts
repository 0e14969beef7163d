import * as tf from '@tensorflow/tfjs';
import { ImagePool } from '../models/instagan/image-pool.ts';
import { trainStep } from '../models/instagan/train-step.ts';
import {
  type DiscriminatorName,
  type DiscriminatorState,
  discriminatorSpecs,
  disposeTrainingState,
  type TrainingState,
} from '../models/instagan/training-state.ts';
import type { TrainingConfig } from '../models/training-config.ts';
import type { TranslationModel } from '../models/translation-model.ts';
import { translationModel } from '../models/translation-models.ts';
import type { DeviceSample } from '../networks/instance-set.ts';
import type { ParameterSpec } from '../networks/parameters.ts';
import { initialSpectralState } from '../networks/spectral-state.ts';
import { AveragedParameters } from '../optimizer/averaged-parameters.ts';
import { TrainedParameters } from '../optimizer/trained-parameters.ts';
import { createRng } from '../random/rng.ts';
import { withShapeBackend } from './shape-backend.ts';

/** What decides how large a training is. */
export type SizeConfig = Pick<
  TrainingConfig,
  | 'model'
  | 'size'
  | 'ngf'
  | 'ndf'
  | 'discriminatorLayers'
  | 'blocks'
  | 'upsampling'
  | 'outputFilter'
  | 'maskValues'
  | 'background'
  | 'batch'
  | 'maxInstances'
  | 'instancesPerChunk'
  | 'ema'
  | 'diffAugment'
  | 'weights'
  | 'poolSize'
>;

/** Bytes of tensors in a training. */
export interface StepTensors {
  /** Weights and Adam's moments of all networks, and the full image pools: what lives between two steps. */
  readonly stateBytes: number;
  /** At the worst moment of a step. */
  readonly peakBytes: number;
  /** Of the largest tensor. */
  readonly largestBytes: number;
  /** What a pool holds after the step that gives the memory of a tensor to none of another size. */
  readonly pooledBytes: number;
}

/**
 * The tensors of a training step, found by running one without values: with as many instances as an image may have and
 * with full image pools.
 *
 * @param joinCalls whether the step joins generator calls, as on GPUs
 */
export function stepTensors(config: SizeConfig, joinCalls: boolean): Promise<StepTensors> {
  return withShapeBackend((meter) => {
    const model = translationModel(config);
    const state = emptyState(config, model);
    const samples = [0, 1].map(() => Array.from({ length: config.batch }, () => emptySample(config)));
    const stateBytes = meter.bytes;
    const settings = {
      config: {
        instancesPerChunk: config.instancesPerChunk,
        weights: config.weights,
        diffAugment: config.diffAugment,
        adam: { beta1: 0, beta2: 0 },
      },
      learningRate: { generator: 0, discriminator: 0 },
      poolRng: createRng(0),
      motionRng: createRng(0),
      augmentRng: createRng(0),
      joinCalls,
    };
    try {
      for (const { measurements } of trainStep(state, model, samples[0]!, samples[1]!, settings)) {
        tf.dispose([...measurements.values()]);
      }
    } finally {
      disposeTrainingState(state);
      for (const { image, masks } of samples.flat()) tf.dispose([image, masks]);
    }
    const { peakBytes, largestBytes, pooledBytes } = meter;
    return { stateBytes, peakBytes, largestBytes, pooledBytes };
  });
}

function emptyState(config: SizeConfig, model: TranslationModel): TrainingState {
  const empty = (specs: readonly ParameterSpec[]) =>
    new Map(specs.map(({ name, shape }) => [name, tf.fill([...shape], 0)]));
  const network = (specs: readonly ParameterSpec[]) => new TrainedParameters(empty(specs));
  const average = () => new AveragedParameters(empty(model.generatorSpecs));
  const discriminator = (name: DiscriminatorName): DiscriminatorState => {
    const trained = network(discriminatorSpecs(model, name));
    return { trained, spectral: initialSpectralState(trained.parameters, createRng(0)) };
  };
  const pool = () =>
    new ImagePool(
      config.poolSize,
      Array.from({ length: config.poolSize }, () => emptySample(config)),
    );
  return {
    generatorAToB: network(model.generatorSpecs),
    generatorBToA: network(model.generatorSpecs),
    averages: config.ema > 0 ? { generatorAToB: average(), generatorBToA: average() } : undefined,
    discriminatorA: discriminator('discriminatorA'),
    discriminatorB: discriminator('discriminatorB'),
    ...(config.weights.objectDiscriminator > 0 && {
      objectDiscriminatorA: discriminator('objectDiscriminatorA'),
      objectDiscriminatorB: discriminator('objectDiscriminatorB'),
    }),
    poolA: pool(),
    poolB: pool(),
  };
}

function emptySample({ size: { height, width }, maxInstances }: SizeConfig): DeviceSample {
  return {
    image: tf.fill([1, height, width, 3], 0) as tf.Tensor4D,
    masks: tf.fill([maxInstances, height, width, 1], 0) as tf.Tensor4D,
  };
}
