import * as tf from '@tensorflow/tfjs';
import { initialParameters, type ParameterSpec, type Parameters } from '../../networks/parameters.ts';
import { initialSpectralState, type SpectralState } from '../../networks/spectral-state.ts';
import { AveragedParameters } from '../../optimizer/averaged-parameters.ts';
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
  /** Of the generators, to translate with, if they are wanted. */
  readonly averages?: Readonly<Record<'generatorAToB' | 'generatorBToA', AveragedParameters>> | undefined;
  /** Of domain A: tells real images of A from those of generatorBToA. */
  readonly discriminatorA: DiscriminatorState;
  readonly discriminatorB: DiscriminatorState;
  /** Fake images of domain A. */
  readonly poolA: ImagePool;
  readonly poolB: ImagePool;
}

/**
 * The state before the first step. Each network draws from a stream of its own.
 *
 * @param hasAverages whether averages of the generators are kept, too
 */
export function initialTrainingState(
  model: TranslationModel,
  seed: number,
  poolSize: number,
  hasAverages = false,
): TrainingState {
  const initial = (specs: readonly ParameterSpec[], name: string) =>
    initialParameters(specs, createRng(seed, 'weights', name));
  const network = (specs: readonly ParameterSpec[], name: string) => new TrainedParameters(initial(specs, name));
  const average = (name: string) => new AveragedParameters(initial(model.generatorSpecs, name));
  const discriminator = (name: string): DiscriminatorState => {
    const trained = network(model.discriminatorSpecs, name);
    return { trained, spectral: initialSpectralState(trained.parameters, createRng(seed, 'spectral', name)) };
  };
  return {
    generatorAToB: network(model.generatorSpecs, 'generatorAToB'),
    generatorBToA: network(model.generatorSpecs, 'generatorBToA'),
    averages: hasAverages
      ? { generatorAToB: average('generatorAToB'), generatorBToA: average('generatorBToA') }
      : undefined,
    discriminatorA: discriminator('discriminatorA'),
    discriminatorB: discriminator('discriminatorB'),
    poolA: new ImagePool(poolSize),
    poolB: new ImagePool(poolSize),
  };
}

/** The weights of a generator to translate with: their average, if there is one. */
export function generatorWeights(state: TrainingState, name: 'generatorAToB' | 'generatorBToA'): Parameters {
  return (state.averages ?? state)[name].parameters;
}

export function disposeTrainingState(state: TrainingState): void {
  for (const trained of [state.generatorAToB, state.generatorBToA]) trained.dispose();
  for (const average of Object.values(state.averages ?? {})) average.dispose();
  for (const { trained, spectral } of [state.discriminatorA, state.discriminatorB]) {
    trained.dispose();
    for (const vectors of spectral.values()) tf.dispose(vectors);
  }
  state.poolA.dispose();
  state.poolB.dispose();
}
