import * as tf from '@tensorflow/tfjs';
import { type NamedTensors, type ProgramRunner, programKey } from '../backends/program.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import { type DeviceSample, type InstanceSet, joinSamples } from '../networks/instance-set.ts';
import { sumOfMaskFeatures } from '../networks/set-discriminator.ts';
import { advanceSpectralState, spectrallyNormalised, spectralProgramState } from '../networks/spectral-state.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { concatRows } from '../ops/rows.ts';
import {
  callOf,
  type GeneratorCall,
  type GeneratorTask,
  generatorLosses,
  joinedCalls,
  joinedLosses,
} from './generator-losses.ts';
import type { MeasurementName, Measurements } from './measurements.ts';
import { accumulateGradients, type Gradients, lossAndGradients, type TrainedParameters } from './optimizer.ts';
import { listNamed, nameList, nameSamples, nameTensors, samplesNamed, tensorsNamed } from './program-tensors.ts';
import { DeviceMotion, nameMotion, type SyntheticMotion } from './synthetic-motion.ts';
import type { DiscriminatorState, TrainingState } from './training-state.ts';

/** What one direction gives to a chunk. */
export interface DirectionChunk extends Pick<GeneratorTask, 'domain' | 'forward' | 'backward'> {
  readonly judge: DiscriminatorState;
  /** The samples that still have instances, with those of the chunk. */
  readonly input: readonly DeviceSample[];
  /** The masks that they should have, if these are others. */
  readonly targets: readonly tf.Tensor4D[] | undefined;
  /** Masks of earlier chunks of these samples, translated, sample by sample; empty in the first chunk. */
  readonly earlier: readonly tf.Tensor4D[];
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

/**
 * One update of both generators by equation 7: adversarial, cycle, identity and context loss of each direction that takes
 * part, and its consistency under a motion where one is given.
 */
export function updateGenerators(
  { generatorAToB, generatorBToA }: Generators,
  networks: TranslationNetworks,
  chunks: readonly DirectionChunk[],
  settings: GeneratorSettings,
): GeneratorUpdate {
  const { config, joinCalls, keepGradients, learningRate, programs } = settings;
  const ratesAToB = generatorAToB.nextRates(learningRate, config.adam);
  const ratesBToA = generatorBToA.nextRates(learningRate, config.adam);
  const motions: NamedTensors = Object.assign(
    {},
    ...chunks.map(({ domain, motion, input }) => (motion ? nameMotion(`motion${domain}`, motion, input) : {})),
  );
  const inputs: NamedTensors = Object.assign(
    { ratesAToB, ratesBToA },
    motions,
    ...chunks.map(({ domain, input }) => nameSamples(`input${domain}`, input)),
    ...chunks.map(({ domain, targets }) => nameList(`target${domain}`, targets ?? [])),
    ...chunks.map(({ domain, earlier }) => nameList(`earlier${domain}`, earlier)),
  );
  const { adam, weights, instancesPerChunk } = config;
  const outputs = programs.run({
    key: programKey('generators', inputs, { adam, weights, instancesPerChunk, joinCalls, keepGradients }),
    inputs,
    state: [
      generatorAToB,
      generatorBToA,
      ...chunks.flatMap(({ judge }) => [judge.trained, spectralProgramState(judge.spectral)]),
    ],
    compute: (given) => {
      const { tasks, measurements, gradientsOf } = differentiate(networks, chunks, given, settings);
      const [ofAToB, ofBToA] = [gradientsOf(generatorAToB), gradientsOf(generatorBToA)];
      generatorAToB.update(ofAToB, given.ratesAToB as tf.Tensor1D, adam);
      generatorBToA.update(ofBToA, given.ratesBToA as tf.Tensor1D, adam);
      return Object.assign(
        nameTensors('measurement', measurements),
        ...tasks.map(({ domain, fakes }) => nameSamples(`fake${domain}`, fakes)),
        ...(keepGradients ? [nameTensors('gradientAToB', ofAToB), nameTensors('gradientBToA', ofBToA)] : []),
      );
    },
  });
  tf.dispose([ratesAToB, ratesBToA, ...Object.values(motions)]);
  return {
    fakes: chunks.map(({ domain }) => samplesNamed(`fake${domain}`, outputs)),
    measurements: tensorsNamed('measurement', outputs),
    gradients: {
      generatorAToB: tensorsNamed('gradientAToB', outputs),
      generatorBToA: tensorsNamed('gradientBToA', outputs),
    },
  };
}

/**
 * The losses of all directions and their gradients. Each direction's cycle and identity are differentiated on their own
 * unless calls are joined, which saves memory.
 */
function differentiate(
  networks: TranslationNetworks,
  chunks: readonly DirectionChunk[],
  given: NamedTensors,
  { config, joinCalls }: GeneratorSettings,
) {
  const measurements: Measurements = new Map();
  const measure = (name: MeasurementName, value: tf.Scalar) => measurements.set(name, tf.keep(tf.clone(value)));
  const totals = new Map<TrainedParameters, Gradients>();
  const gradientsOf = (trained: TrainedParameters): Gradients => {
    const known = totals.get(trained) ?? new Map<string, tf.Tensor>();
    totals.set(trained, known);
    return known;
  };
  const add = (calls: readonly GeneratorCall[], losses: () => tf.Scalar[]) => {
    const parameters = calls.map((call) => call.parameters);
    const { gradients: more } = lossAndGradients(() => total(losses()), parameters);
    for (const [i, { trained }] of calls.entries()) accumulateGradients(gradientsOf(trained), more[i] as Gradients);
  };
  const tasks = chunks.map((chunk): GeneratorTask => {
    const { domain, forward, backward } = chunk;
    const judge = settledJudge(chunk.judge, networks, listNamed(`earlier${domain}`, given));
    const input = joinSamples(samplesNamed(`input${domain}`, given));
    const targets = listNamed(`target${domain}`, given);
    const target = targets.length === 0 ? input : { ...input, masks: concatRows(targets) };
    return { domain, forward, backward, input, target, judge, fakes: [] };
  });
  const losses = generatorLosses(networks, config, measure);
  if (joinCalls) {
    const calls = joinedCalls(tasks);
    add(calls, () => joinedLosses(networks, tasks, calls, losses));
    // Weights that nothing else shares are updated in place.
    for (const { parameters } of calls.slice(2)) tf.dispose([...parameters.values()]);
  } else {
    for (const task of tasks) {
      const [forward, backward] = [callOf(task.forward), callOf(task.backward)];
      add([forward, backward], () => {
        const output = networks.generate(forward.parameters, task.input);
        const reconstructed = networks.generate(backward.parameters, output);
        return [...losses.ofOutput(task, output), losses.ofCycle(task, reconstructed)];
      });
      add([backward], () => [losses.ofIdentity(task, networks.generate(backward.parameters, task.input))]);
    }
  }
  for (const [i, task] of tasks.entries()) {
    if (chunks[i]?.motion === undefined) continue;
    const motion = new DeviceMotion(`motion${task.domain}`, given);
    const moved = motion.move(samplesNamed(`input${task.domain}`, given));
    const forward = callOf(task.forward);
    add([forward], () => [losses.ofMotion(task, networks.generate(forward.parameters, moved), motion)]);
  }
  return { tasks, measurements, gradientsOf };
}

/** A sum in groups: a small GPU adds no more than seven tensors at once. */
function total(losses: readonly tf.Scalar[]): tf.Scalar {
  const groups = Array.from({ length: Math.ceil(losses.length / 4) }, (_, i) => losses.slice(4 * i, 4 * i + 4));
  return groups.map((group) => tf.addN(group) as tf.Scalar).reduce((sum, more) => tf.add(sum, more));
}

/** The frozen judge of a direction's output: earlier chunks' masks count in the sum of features, as constants. */
function settledJudge(
  { trained, spectral }: DiscriminatorState,
  networks: TranslationNetworks,
  earlier: readonly tf.Tensor4D[],
) {
  advanceSpectralState(spectral, trained.parameters);
  const weights = spectrallyNormalised(trained.parameters, spectral);
  if (earlier.length === 0) return (set: InstanceSet) => networks.discriminate(weights, set);
  const counts = earlier.map((masks) => masks.shape[0]);
  const settled = tf.tidy(() => sumOfMaskFeatures(weights, concatRows(earlier), counts));
  return (set: InstanceSet) => networks.discriminate(weights, set, settled);
}
