import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/training-config.ts';
import { adversarialLoss } from '../losses/adversarial-loss.ts';
import { consistencyLoss } from '../losses/consistency-loss.ts';
import { contextLoss } from '../losses/context-loss.ts';
import { reconstructionLoss } from '../losses/reconstruction-loss.ts';
import { type DeviceSample, type InstanceSet, joinSets, splitSamples, splitSet } from '../networks/instance-set.ts';
import type { Parameters } from '../networks/parameters.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import type { MeasurementName } from './measurements.ts';
import type { TrainedParameters } from './optimizer.ts';
import type { DeviceMotion } from './synthetic-motion.ts';

/** The generators' part of a chunk in one direction, from a source domain to the other one. */
export interface GeneratorTask {
  /** The source domain. */
  readonly domain: 'A' | 'B';
  readonly forward: TrainedParameters;
  readonly backward: TrainedParameters;
  readonly input: InstanceSet;
  /** What the reconstruction and the identity should be. */
  readonly target: InstanceSet;
  /** Scores of the frozen discriminator. */
  readonly judge: (set: InstanceSet) => tf.Tensor4D;
  /** What the input was translated to, once it is; kept. */
  fakes: DeviceSample[];
}

/** One call of a generator that is differentiated. */
export interface GeneratorCall {
  readonly trained: TrainedParameters;
  readonly parameters: Parameters;
}

export type GeneratorLosses = ReturnType<typeof generatorLosses>;

/** The terms of equation 7 for one direction; each is measured. */
export function generatorLosses(
  networks: TranslationNetworks,
  { weights, instancesPerChunk }: Pick<TrainingConfig, 'weights' | 'instancesPerChunk'>,
  measure: (name: MeasurementName, value: tf.Scalar) => void,
) {
  const slots = networks.maskSlots(instancesPerChunk);
  const measured = (name: MeasurementName, loss: tf.Scalar): tf.Scalar => {
    measure(name, loss);
    return loss;
  };
  return {
    /** Also takes the fakes out of the output. */
    ofOutput(task: GeneratorTask, output: InstanceSet): tf.Scalar[] {
      const { domain } = task;
      task.fakes = splitSamples(output).map(({ image, masks }) => ({
        image: tf.keep(tf.clone(image)),
        masks: tf.keep(tf.clone(masks)),
      }));
      measure(`fakeMasks${domain}`, tf.mean(output.masks) as tf.Scalar);
      return [
        measured(`generator${domain}`, adversarialLoss(task.judge(output), 1)),
        measured(`context${domain}`, contextLoss(task.target, output, weights.context)),
      ];
    },
    ofCycle: ({ domain, target }: GeneratorTask, reconstructed: InstanceSet): tf.Scalar =>
      measured(`cycle${domain}`, reconstructionLoss(reconstructed, target, slots, weights.cycle)),
    ofIdentity: ({ domain, target }: GeneratorTask, identity: InstanceSet): tf.Scalar =>
      measured(`identity${domain}`, reconstructionLoss(identity, target, slots, weights.identity)),
    /** @param moved what the input, moved, is translated to */
    ofMotion({ domain, fakes }: GeneratorTask, moved: InstanceSet, motion: DeviceMotion): tf.Scalar {
      const target = motion.move(fakes);
      const loss = consistencyLoss(moved, target, motion.seen, slots, weights.consistency);
      return measured(`consistency${domain}`, loss);
    },
  };
}

export function callOf(trained: TrainedParameters): GeneratorCall {
  return { trained, parameters: trained.parameters };
}

/**
 * The calls of {@link joinedLosses}. The last has the weights of the first under tensors of its own, so that
 * backpropagation does not add their gradients weight by weight.
 */
export function joinedCalls([one, other]: readonly GeneratorTask[]): GeneratorCall[] {
  if (one === undefined) return [];
  const { forward, backward } = one;
  const again = () => new Map([...forward.parameters].map(([name, tensor]) => [name, tf.clone(tensor)]));
  const last = other === undefined ? [] : [{ trained: forward, parameters: again() }];
  return [callOf(forward), callOf(backward), ...last];
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
