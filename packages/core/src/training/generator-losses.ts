import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/training-config.ts';
import { adversarialLoss } from '../losses/adversarial-loss.ts';
import { consistencyLoss } from '../losses/consistency-loss.ts';
import { contextLoss } from '../losses/context-loss.ts';
import { reconstructionLoss } from '../losses/reconstruction-loss.ts';
import { type DeviceSample, type InstanceSet, joinSets, splitSamples, splitSet } from '../networks/instance-set.ts';
import type { Parameters } from '../networks/parameters.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import type { DeviceMotion } from './synthetic-motion.ts';

/** What is measured of a direction: the terms of equation 7, and the masks that it makes. */
export type GeneratorTerm = 'generator' | 'cycle' | 'identity' | 'context' | 'consistency' | 'fakeMasks';

/** The generators' part of a chunk in one direction, from a source domain to the other one. */
export interface GeneratorTask {
  readonly input: InstanceSet;
  /** What the reconstruction and the identity should be. */
  readonly target: InstanceSet;
  /** Scores of the frozen discriminator. */
  readonly judge: (set: InstanceSet) => tf.Tensor4D;
  /** What the input was translated to, once it is; kept. */
  fakes: DeviceSample[];
  /** Measured so far; kept. */
  readonly measurements: Map<GeneratorTerm, tf.Scalar>;
}

/** The weights of one call of a generator that is differentiated. */
export interface GeneratorCall {
  /** Which of the two generators, as the first direction calls them. */
  readonly generator: 'forward' | 'backward';
  readonly parameters: Parameters;
}

export type GeneratorLosses = ReturnType<typeof generatorLosses>;

/** The terms of equation 7 for one direction; each is measured. */
export function generatorLosses(
  networks: TranslationNetworks,
  { weights, instancesPerChunk }: Pick<TrainingConfig, 'weights' | 'instancesPerChunk'>,
) {
  const slots = networks.maskSlots(instancesPerChunk);
  const measured = ({ measurements }: GeneratorTask, term: GeneratorTerm, value: tf.Scalar): tf.Scalar => {
    measurements.set(term, tf.keep(tf.clone(value)));
    return value;
  };
  return {
    /** Also takes the fakes out of the output. */
    ofOutput(task: GeneratorTask, output: InstanceSet): tf.Scalar[] {
      task.fakes = splitSamples(output).map(({ image, masks }) => ({
        image: tf.keep(tf.clone(image)),
        masks: tf.keep(tf.clone(masks)),
      }));
      measured(task, 'fakeMasks', tf.mean(output.masks) as tf.Scalar);
      return [
        measured(task, 'generator', adversarialLoss(task.judge(output), 1)),
        measured(task, 'context', contextLoss(task.target, output, weights.context)),
      ];
    },
    ofCycle: (task: GeneratorTask, reconstructed: InstanceSet): tf.Scalar =>
      measured(task, 'cycle', reconstructionLoss(reconstructed, task.target, slots, weights.cycle)),
    ofIdentity: (task: GeneratorTask, identity: InstanceSet): tf.Scalar =>
      measured(task, 'identity', reconstructionLoss(identity, task.target, slots, weights.identity)),
    /** @param moved what the input, moved, is translated to */
    ofMotion(task: GeneratorTask, moved: InstanceSet, motion: DeviceMotion): tf.Scalar {
      const target = motion.move(task.fakes);
      const loss = consistencyLoss(moved, target, motion.seen, slots, weights.consistency);
      return measured(task, 'consistency', loss);
    },
  };
}

/**
 * The calls of {@link joinedLosses} for so many directions. The last has the weights of the first under tensors of its
 * own, so that backpropagation does not add their gradients weight by weight.
 */
export function joinedCalls(forward: Parameters, backward: Parameters, directions: number): GeneratorCall[] {
  const again = () => new Map([...forward].map(([name, tensor]) => [name, tf.clone(tensor)]));
  return [
    { generator: 'forward', parameters: forward },
    { generator: 'backward', parameters: backward },
    ...(directions > 1 ? [{ generator: 'forward', parameters: again() } as const] : []),
  ];
}

/**
 * All losses of one or two directions in three calls of generators instead of six: the first direction's translation; its
 * reconstruction and identity with the other's translation; and the other's reconstruction and identity.
 */
export function joinedLosses(
  networks: TranslationNetworks,
  [one, other]: readonly GeneratorTask[],
  [first, second, third]: readonly GeneratorCall[],
  losses: GeneratorLosses,
): tf.Scalar[] {
  if (one === undefined || first === undefined || second === undefined) return [];
  const generate = ({ parameters }: GeneratorCall, sets: readonly InstanceSet[]) =>
    splitSet(networks.generate(parameters, joinSets(sets)), sets) as [InstanceSet, InstanceSet, InstanceSet?];
  const output = networks.generate(first.parameters, one.input);
  const inputs = [output, one.input, ...(other === undefined ? [] : [other.input])];
  const [reconstructed, identity, otherOutput] = generate(second, inputs);
  const ownLosses = [
    ...losses.ofOutput(one, output),
    losses.ofCycle(one, reconstructed),
    losses.ofIdentity(one, identity),
  ];
  if (other === undefined || third === undefined || otherOutput === undefined) return ownLosses;
  const [otherReconstructed, otherIdentity] = generate(third, [otherOutput, other.input]);
  return [
    ...ownLosses,
    ...losses.ofOutput(other, otherOutput),
    losses.ofCycle(other, otherReconstructed),
    losses.ofIdentity(other, otherIdentity),
  ];
}
