import * as tf from '@tensorflow/tfjs';
import { directRunner, type NamedTensors, type ProgramRunner, programKey } from '../backends/program.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { DeviceSample } from '../networks/instance-set.ts';
import { spectralProgramState } from '../networks/spectral-state.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { type DirectionSamples, differentiateDirections, nameDirection } from './direction-gradients.ts';
import { type FrozenJudge, frozenJudge } from './frozen-judge.ts';
import type { MeasurementName, Measurements } from './measurements.ts';
import { accumulateGradients, type Gradients, type TrainedParameters } from './optimizer.ts';
import { nameSamples, nameTensors, samplesNamed, tensorsNamed } from './program-tensors.ts';
import { nameMotion, type SyntheticMotion } from './synthetic-motion.ts';
import type { DiscriminatorState, TrainingState } from './training-state.ts';

/** What one direction gives to a chunk. */
export interface DirectionChunk extends DirectionSamples {
  /** The source domain. */
  readonly domain: 'A' | 'B';
  readonly forward: TrainedParameters;
  readonly backward: TrainedParameters;
  readonly judge: DiscriminatorState;
  /** Under which the translation is to stay the same, if any is asked for. */
  readonly motion: SyntheticMotion | undefined;
}

export interface GeneratorSettings {
  readonly config: Pick<TrainingConfig, 'instancesPerChunk' | 'weights' | 'adam'>;
  readonly learningRate: number;
  readonly joinCalls: boolean;
  readonly programs: ProgramRunner;
  readonly keepGradients: boolean;
}

/** What an update computed; it belongs to the caller. */
export interface GeneratorUpdate {
  /** What the inputs of each direction were translated to. */
  readonly fakes: readonly (readonly DeviceSample[])[];
  readonly measurements: Measurements;
  /** Empty unless they are to be kept. */
  readonly gradients: { readonly generatorAToB: Gradients; readonly generatorBToA: Gradients };
}

type Generators = Pick<TrainingState, 'generatorAToB' | 'generatorBToA'>;

const GENERATORS = ['generatorAToB', 'generatorBToA'] as const;

/**
 * One update of both generators by the directions that take part.
 *
 * If calls are joined, it is one program. Otherwise it is several smaller ones: the gradients of a direction are the same
 * program for either direction and whatever the other has to do, so that few different ones come up.
 */
export function updateGenerators(
  generators: Generators,
  networks: TranslationNetworks,
  chunks: readonly DirectionChunk[],
  settings: GeneratorSettings,
): GeneratorUpdate {
  const { config, joinCalls, keepGradients, learningRate, programs } = settings;
  const { adam, weights, instancesPerChunk } = config;
  const rates = new Map(GENERATORS.map((name) => [name, generators[name].nextRates(learningRate, adam)]));
  const motions = chunks.map(({ motion, input }) => (motion ? nameMotion('motion', motion, input) : {}));
  const inputs: NamedTensors = Object.assign(
    nameTensors('rates', rates),
    ...chunks.map((chunk, i) =>
      nameTensors(chunk.domain, new Map(Object.entries({ ...nameDirection(chunk), ...motions[i] }))),
    ),
  );
  const update = (given: NamedTensors, runner: ProgramRunner) =>
    updateFrom(given, generators, networks, chunks, { ...settings, programs: runner });
  const asOne = () =>
    programs.run({
      key: programKey('generators', inputs, { adam, weights, instancesPerChunk, keepGradients }),
      inputs,
      state: [
        ...GENERATORS.map((name) => generators[name]),
        ...chunks.flatMap(({ judge }) => [judge.trained, spectralProgramState(judge.spectral)]),
      ],
      compute: (given) => nameUpdate(chunks, update(given, directRunner)),
    });
  const updated = joinCalls ? updateNamed(chunks, asOne()) : update(inputs, programs);
  tf.dispose([...rates.values(), ...motions.flatMap((motion) => Object.values(motion))]);
  return updated;
}

/** @param given the inputs of {@link updateGenerators} */
function updateFrom(
  given: NamedTensors,
  generators: Generators,
  networks: TranslationNetworks,
  chunks: readonly DirectionChunk[],
  settings: GeneratorSettings,
): GeneratorUpdate {
  const fakes: (readonly DeviceSample[])[] = [];
  const measurements: Measurements = new Map();
  const gradients = { generatorAToB: new Map() as Gradients, generatorBToA: new Map() as Gradients };
  const nameOf = (trained: TrainedParameters) =>
    trained === generators.generatorAToB ? 'generatorAToB' : 'generatorBToA';
  for (const group of settings.joinCalls ? [chunks] : chunks.map((chunk) => [chunk])) {
    const [{ forward, backward }] = group as readonly [DirectionChunk];
    const judges = group.map(({ domain, judge }) => frozenJudge(`judge of ${domain}`, judge, settings.programs));
    const directions = group.map(({ domain }, i) => ({
      samples: Object.fromEntries(tensorsNamed(domain, given)),
      judge: (judges[i] as FrozenJudge).parameters,
    }));
    const weights = { forward: forward.parameters, backward: backward.parameters };
    const differentiated = differentiateDirections(networks, weights, directions, settings);
    for (const { normalised } of judges) tf.dispose([...normalised.values()]);
    accumulateGradients(gradients[nameOf(forward)], differentiated.gradients.forward);
    accumulateGradients(gradients[nameOf(backward)], differentiated.gradients.backward);
    for (const [i, direction] of differentiated.directions.entries()) {
      fakes.push(direction.fakes);
      const { domain } = group[i] as DirectionChunk;
      for (const [term, value] of direction.measurements) measurements.set(`${term}${domain}`, value);
    }
  }
  for (const name of GENERATORS) {
    applyGradients(name, generators[name], gradients[name], given[`rates.${name}`] as tf.Tensor1D, settings);
    if (settings.keepGradients) {
      for (const gradient of gradients[name].values()) tf.keep(gradient);
    } else {
      tf.dispose([...gradients[name].values()]);
      gradients[name].clear();
    }
  }
  return { fakes, measurements, gradients };
}

function applyGradients(
  name: string,
  trained: TrainedParameters,
  gradients: Gradients,
  rates: tf.Tensor1D,
  { config: { adam }, programs }: GeneratorSettings,
): void {
  const inputs = { ...nameTensors('gradient', gradients), rates };
  programs.run({
    key: programKey(`update of ${name}`, inputs, { adam }),
    inputs,
    state: [trained],
    compute(given) {
      trained.update(tensorsNamed('gradient', given), given.rates as tf.Tensor1D, adam);
      return {};
    },
  });
}

/** An update as outputs of a program. */
function nameUpdate(
  chunks: readonly DirectionChunk[],
  { fakes, measurements, gradients }: GeneratorUpdate,
): NamedTensors {
  return Object.assign(
    nameTensors('measurement', measurements),
    ...chunks.map(({ domain }, i) => nameSamples(`fake${domain}`, fakes[i] as readonly DeviceSample[])),
    ...GENERATORS.map((name) => nameTensors(name, gradients[name])),
  );
}

/** The update that {@link nameUpdate} named. */
function updateNamed(chunks: readonly DirectionChunk[], outputs: NamedTensors): GeneratorUpdate {
  return {
    fakes: chunks.map(({ domain }) => samplesNamed(`fake${domain}`, outputs)),
    measurements: tensorsNamed<MeasurementName, tf.Scalar>('measurement', outputs),
    gradients: {
      generatorAToB: tensorsNamed('generatorAToB', outputs),
      generatorBToA: tensorsNamed('generatorBToA', outputs),
    },
  };
}
