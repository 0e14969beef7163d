import * as tf from '@tensorflow/tfjs';
import { initialParameters, type ParameterSpec } from '../../networks/parameters.ts';
import { initialSpectralState, type SpectralState } from '../../networks/spectral-state.ts';
import { TrainedParameters } from '../../optimizer/trained-parameters.ts';
import { createRng } from '../../random/rng.ts';
import type { TranslationModel } from '../translation-model.ts';
import { ImagePool } from './image-pool.ts';

/** A discriminator's parameters and the singular vectors of its spectral normalisation. */
export interface DiscriminatorState {
  readonly trained: TrainedParameters;
  readonly spectral: SpectralState;
}

/** Everything that changes while training; with the configuration and the data it decides all that follows. */
export interface TrainingState {
  readonly generatorAToB: TrainedParameters;
  readonly generatorBToA: TrainedParameters;
  /** Of domain A: tells real images of A from those of generatorBToA. */
  readonly discriminatorA: DiscriminatorState;
  readonly discriminatorB: DiscriminatorState;
  /** Fake images of domain A. */
  readonly poolA: ImagePool;
  readonly poolB: ImagePool;
}

/** The state before the first step. Each network draws from a stream of its own. */
export function initialTrainingState(model: TranslationModel, seed: number, poolSize: number): TrainingState {
  const network = (specs: readonly ParameterSpec[], name: string) =>
    new TrainedParameters(initialParameters(specs, createRng(seed, 'weights', name)));
  const discriminator = (name: string): DiscriminatorState => {
    const trained = network(model.discriminatorSpecs, name);
    return { trained, spectral: initialSpectralState(trained.parameters, createRng(seed, 'spectral', name)) };
  };
  return {
    generatorAToB: network(model.generatorSpecs, 'generatorAToB'),
    generatorBToA: network(model.generatorSpecs, 'generatorBToA'),
    discriminatorA: discriminator('discriminatorA'),
    discriminatorB: discriminator('discriminatorB'),
    poolA: new ImagePool(poolSize),
    poolB: new ImagePool(poolSize),
  };
}

export function disposeTrainingState(state: TrainingState): void {
  for (const trained of [state.generatorAToB, state.generatorBToA]) trained.dispose();
  for (const { trained, spectral } of [state.discriminatorA, state.discriminatorB]) {
    trained.dispose();
    for (const vectors of spectral.values()) tf.dispose(vectors);
  }
  state.poolA.dispose();
  state.poolB.dispose();
}
