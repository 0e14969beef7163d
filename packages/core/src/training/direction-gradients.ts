import * as tf from '@tensorflow/tfjs';
import { type NamedTensors, type ProgramRunner, programKey } from '../backends/program.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import { type DeviceSample, type InstanceSet, joinSamples } from '../networks/instance-set.ts';
import type { Parameters } from '../networks/parameters.ts';
import { sumOfMaskFeatures } from '../networks/set-discriminator.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { concatRows } from '../ops/rows.ts';
import {
  type GeneratorCall,
  type GeneratorTask,
  type GeneratorTerm,
  generatorLosses,
  joinedCalls,
  joinedLosses,
} from './generator-losses.ts';
import { accumulateGradients, type Gradients, lossAndGradients } from './optimizer.ts';
import { listNamed, nameList, nameSamples, nameTensors, samplesNamed, tensorsNamed } from './program-tensors.ts';
import { DeviceMotion } from './synthetic-motion.ts';

/** What is translated in one direction, and what it is compared with. */
export interface DirectionSamples {
  /** The samples that still have instances, with those of the chunk. */
  readonly input: readonly DeviceSample[];
  /** The masks that they should have, if these are others. */
  readonly targets: readonly tf.Tensor4D[] | undefined;
  /** Masks of earlier chunks of these samples, translated, sample by sample; empty in the first chunk. */
  readonly earlier: readonly tf.Tensor4D[];
}

/** One direction of {@link differentiateDirections}. */
export interface Direction {
  /**
   * Its samples as {@link nameDirection} names them, and the motion under which the translation is to stay the same, if any,
   * as `nameMotion` names it `motion`.
   */
  readonly samples: NamedTensors;
  /** Weights of the frozen discriminator, spectrally normalised. */
  readonly judge: Parameters;
}

export interface DirectionSettings {
  readonly config: Pick<TrainingConfig, 'instancesPerChunk' | 'weights'>;
  readonly joinCalls: boolean;
  readonly programs: ProgramRunner;
}

/** What {@link differentiateDirections} computed; it belongs to the caller. */
export interface DirectionGradients {
  /** Of each direction, what its input was translated to, and what was measured. */
  readonly directions: readonly {
    readonly fakes: readonly DeviceSample[];
    readonly measurements: ReadonlyMap<GeneratorTerm, tf.Scalar>;
  }[];
  /** Summed over the directions. */
  readonly gradients: Readonly<Record<GeneratorCall['generator'], Gradients>>;
}

/** The samples of a direction as tensors of a program. */
export function nameDirection({ input, targets, earlier }: DirectionSamples): NamedTensors {
  return {
    ...nameSamples('input', input),
    ...nameList('target', targets ?? []),
    ...nameList('earlier', earlier),
  };
}

/**
 * The losses of one direction, or of both together, and their gradients: adversarial, cycle, identity and context loss
 * (equation 7), and the consistency under a motion where one is given. Weights come in as inputs of the program and the
 * direction has no name in it, so that it is the same for both directions on as many instances.
 *
 * Each direction's cycle and identity are differentiated on their own unless calls are joined, which saves memory.
 *
 * @param generators as the first direction calls them; a second one translates backward
 */
export function differentiateDirections(
  networks: TranslationNetworks,
  { forward, backward }: { readonly forward: Parameters; readonly backward: Parameters },
  directions: readonly Direction[],
  { config: { weights, instancesPerChunk }, joinCalls, programs }: DirectionSettings,
): DirectionGradients {
  const inputs: NamedTensors = Object.assign(
    { ...nameTensors('forward', forward), ...nameTensors('backward', backward) },
    ...directions.map(({ samples, judge }, i) => ({
      ...nameTensors(`${i}`, new Map(Object.entries(samples))),
      ...nameTensors(`${i}.judge`, judge),
    })),
  );
  const outputs = programs.run({
    key: programKey('directions', inputs, { weights, instancesPerChunk, joinCalls }),
    inputs,
    state: [],
    compute(given) {
      const own = directions.map((_, i) => Object.fromEntries(tensorsNamed(`${i}`, given)));
      const generators = { forward: tensorsNamed('forward', given), backward: tensorsNamed('backward', given) };
      const { tasks, gradients } = differentiate(networks, generators, own, { weights, instancesPerChunk }, joinCalls);
      return Object.assign(
        { ...nameTensors('forward', gradients.forward), ...nameTensors('backward', gradients.backward) },
        ...tasks.map(({ fakes, measurements }, i) => ({
          ...nameSamples(`fake${i}`, fakes),
          ...nameTensors(`measurement${i}`, measurements),
        })),
      );
    },
  });
  return {
    directions: directions.map((_, i) => ({
      fakes: samplesNamed(`fake${i}`, outputs),
      measurements: tensorsNamed<GeneratorTerm, tf.Scalar>(`measurement${i}`, outputs),
    })),
    gradients: { forward: tensorsNamed('forward', outputs), backward: tensorsNamed('backward', outputs) },
  };
}

/** @param directions of each, what it is given */
function differentiate(
  networks: TranslationNetworks,
  { forward, backward }: { readonly forward: Parameters; readonly backward: Parameters },
  directions: readonly NamedTensors[],
  config: DirectionSettings['config'],
  joinCalls: boolean,
) {
  const gradients = { forward: new Map() as Gradients, backward: new Map() as Gradients };
  const add = (calls: readonly GeneratorCall[], losses: () => tf.Scalar[]) => {
    const parameters = calls.map((call) => call.parameters);
    const { gradients: more } = lossAndGradients(() => total(losses()), parameters);
    for (const [i, { generator }] of calls.entries()) accumulateGradients(gradients[generator], more[i] as Gradients);
  };
  const tasks = directions.map((given) => taskOf(networks, given));
  const losses = generatorLosses(networks, config);
  const ways = [
    { generator: 'forward', parameters: forward },
    { generator: 'backward', parameters: backward },
  ] as const;
  if (joinCalls) {
    const calls = joinedCalls(forward, backward, tasks.length);
    add(calls, () => joinedLosses(networks, tasks, calls, losses));
    // Weights that nothing else shares are updated in place.
    for (const { parameters } of calls.slice(2)) tf.dispose([...parameters.values()]);
  } else {
    for (const [i, task] of tasks.entries()) {
      const [there, back] = [ways[i % 2], ways[(i + 1) % 2]] as [GeneratorCall, GeneratorCall];
      add([there, back], () => {
        const output = networks.generate(there.parameters, task.input);
        const reconstructed = networks.generate(back.parameters, output);
        return [...losses.ofOutput(task, output), losses.ofCycle(task, reconstructed)];
      });
      add([back], () => [losses.ofIdentity(task, networks.generate(back.parameters, task.input))]);
    }
  }
  for (const [i, task] of tasks.entries()) {
    const given = directions[i] as NamedTensors;
    if (!('motion.seen' in given)) continue;
    const motion = new DeviceMotion('motion', given);
    const moved = motion.move(samplesNamed('input', given));
    const there = ways[i % 2] as GeneratorCall;
    add([there], () => [losses.ofMotion(task, networks.generate(there.parameters, moved), motion)]);
  }
  return { tasks, gradients };
}

function taskOf(networks: TranslationNetworks, given: NamedTensors): GeneratorTask {
  const input = joinSamples(samplesNamed('input', given));
  const targets = listNamed('target', given);
  const target = targets.length === 0 ? input : { ...input, masks: concatRows(targets) };
  const judge = settledJudge(networks, tensorsNamed('judge', given), listNamed('earlier', given));
  return { input, target, judge, fakes: [], measurements: new Map() };
}

/** Scores of a direction's output: earlier chunks' masks count in the sum of features, as constants. */
function settledJudge(
  networks: TranslationNetworks,
  weights: Parameters,
  earlier: readonly tf.Tensor4D[],
): GeneratorTask['judge'] {
  if (earlier.length === 0) return (set: InstanceSet) => networks.discriminate(weights, set);
  const counts = earlier.map((masks) => masks.shape[0]);
  const settled = tf.tidy(() => sumOfMaskFeatures(weights, concatRows(earlier), counts));
  return (set: InstanceSet) => networks.discriminate(weights, set, settled);
}

/** A sum in groups: a small GPU adds no more than seven tensors at once. */
function total(losses: readonly tf.Scalar[]): tf.Scalar {
  const groups = Array.from({ length: Math.ceil(losses.length / 4) }, (_, i) => losses.slice(4 * i, 4 * i + 4));
  return groups.map((group) => tf.addN(group) as tf.Scalar).reduce((sum, more) => tf.add(sum, more));
}
