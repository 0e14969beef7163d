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

export type ObjectDiscriminatorName = 'objectDiscriminatorA' | 'objectDiscriminatorB';
export type DiscriminatorName = 'discriminatorA' | 'discriminatorB' | ObjectDiscriminatorName;
const DISCRIMINATORS: readonly DiscriminatorName[] = [
  ...(['discriminatorA', 'discriminatorB'] as const),
  ...(['objectDiscriminatorA', 'objectDiscriminatorB'] as const),
];

/** The parameters of a discriminator of this name. */
export function discriminatorSpecs(model: TranslationModel, name: DiscriminatorName): readonly ParameterSpec[] {
  return name.startsWith('object') ? model.objectDiscriminatorSpecs : model.discriminatorSpecs;
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
  /** Of the objects of a domain alone, if they are wanted. */
  readonly objectDiscriminatorA?: DiscriminatorState | undefined;
  readonly objectDiscriminatorB?: DiscriminatorState | undefined;
  /** Fake images of domain A. */
  readonly poolA: ImagePool;
  readonly poolB: ImagePool;
}

/** The discriminators that there are. */
export function discriminatorsOf(state: TrainingState): Map<DiscriminatorName, DiscriminatorState> {
  const found = new Map<DiscriminatorName, DiscriminatorState>();
  for (const name of DISCRIMINATORS) {
    const own = state[name];
    if (own !== undefined) found.set(name, own);
  }
  return found;
}

/** What a state may have besides. */
export interface StateParts {
  /** Averages of the generators. @default false */
  readonly hasAverages?: boolean;
  /** Discriminators of objects. @default false */
  readonly hasObjectDiscriminators?: boolean;
}

/** The state before the first step. Each network draws from a stream of its own. */
export function initialTrainingState(
  model: TranslationModel,
  seed: number,
  poolSize: number,
  { hasAverages = false, hasObjectDiscriminators = false }: StateParts = {},
): TrainingState {
  const initial = (specs: readonly ParameterSpec[], name: string) =>
    initialParameters(specs, createRng(seed, 'weights', name));
  const network = (specs: readonly ParameterSpec[], name: string) => new TrainedParameters(initial(specs, name));
  const average = (name: string) => new AveragedParameters(initial(model.generatorSpecs, name));
  const discriminator = (name: DiscriminatorName): DiscriminatorState => {
    const trained = network(discriminatorSpecs(model, name), name);
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
    ...(hasObjectDiscriminators && {
      objectDiscriminatorA: discriminator('objectDiscriminatorA'),
      objectDiscriminatorB: discriminator('objectDiscriminatorB'),
    }),
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
  for (const { trained, spectral } of discriminatorsOf(state).values()) {
    trained.dispose();
    for (const vectors of spectral.values()) tf.dispose(vectors);
  }
  state.poolA.dispose();
  state.poolB.dispose();
}
