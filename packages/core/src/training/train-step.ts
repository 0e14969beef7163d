import * as tf from '@tensorflow/tfjs';
import type { TrainingConfig } from '../config/training-config.ts';
import { adversarialLoss } from '../losses/adversarial-loss.ts';
import { contextLoss } from '../losses/context-loss.ts';
import { reconstructionLoss } from '../losses/reconstruction-loss.ts';
import {
  type DeviceSample,
  type InstanceSet,
  joinSamples,
  joinSets,
  splitSamples,
  splitSet,
} from '../networks/instance-set.ts';
import type { Parameters } from '../networks/parameters.ts';
import { sumOfMaskFeatures } from '../networks/set-discriminator.ts';
import { advanceSpectralState, spectrallyNormalised } from '../networks/spectral-state.ts';
import type { TranslationNetworks } from '../networks/translation-networks.ts';
import { concatRows, takeRows } from '../ops/rows.ts';
import type { Rng } from '../random/rng.ts';
import type { DeviceTruth } from './device-samples.ts';
import type { ImagePool } from './image-pool.ts';
import type { MeasurementName, Measurements } from './measurements.ts';
import { accumulateGradients, type Gradients, lossAndGradients, type TrainedParameters } from './optimizer.ts';
import type { DiscriminatorState, TrainingState } from './training-state.ts';

/** One of the two translations: from a source domain to the other one. */
interface Direction {
  readonly domain: 'A' | 'B';
  readonly forward: TrainedParameters;
  readonly backward: TrainedParameters;
  /** Judges the other domain. */
  readonly judge: DiscriminatorState;
  readonly pool: ImagePool;
  /** Real samples of the source domain, instances in the order in which they are translated. */
  readonly sources: readonly DeviceSample[];
  /** What the masks of `sources` should be, where they are not. */
  readonly sourceTargets: readonly tf.Tensor4D[] | undefined;
  /** Real samples of the other domain, with all their true instances. */
  readonly reals: readonly DeviceSample[];
  /** What has become of `sources` so far: the last chunk's image, and the masks translated until then. */
  readonly progress: Progress[];
}

interface Progress {
  image: tf.Tensor4D;
  masks: tf.Tensor4D | null;
}

/** One chunk of one direction: the samples that still have instances, and those instances. */
interface Chunk {
  readonly samples: readonly number[];
  readonly input: readonly DeviceSample[];
  /** The input with the masks that it should have; `input` itself if it has them. */
  readonly target: readonly DeviceSample[];
}

export interface StepSettings {
  readonly config: Pick<TrainingConfig, 'instancesPerChunk' | 'weights' | 'adam'>;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Decides which fakes the pools return. */
  readonly poolRng: Rng;
  /**
   * Of samples whose masks were jittered. The discriminators take the true masks for real; cycle, identity and context
   * loss compare with the targets: so spoiled masks are to be mended, what they miss of an object may change, and what
   * they have of the background may not. @default the samples' own masks
   */
  readonly truth?: { readonly a: readonly DeviceTruth[]; readonly b: readonly DeviceTruth[] };
  /**
   * Whether generator calls with the same weights are made as one larger batch: half as many operations, for up to three
   * times the memory. @default false
   */
  readonly joinCalls?: boolean;
}

/** What one chunk computed. */
export interface ChunkResult {
  /** Owned by the caller. */
  readonly measurements: Measurements;
  /** The gradients that the updates used; valid until the next chunk is asked for. */
  readonly gradients: NetworkGradients;
}

export interface NetworkGradients {
  readonly generatorAToB: Gradients;
  readonly generatorBToA: Gradients;
  readonly discriminatorA: Gradients;
  readonly discriminatorB: Gradients;
}

/**
 * One training step on one pair of batches: the sequential mini-batch training of section 2.4 (equations 8 to 10).
 *
 * The instances are taken in chunks. Each chunk starts from the image that the last one left, detached, and does one
 * update of the generators and one of the discriminators; memory does not depend on the number of chunks. A domain
 * with no instance left sits the chunk out.
 *
 * @param a samples of domain A, each with at least one instance, ordered as they are to be translated
 * @param b samples of domain B
 * @yields after each chunk; the updates are done then
 */
export function* trainStep(
  state: TrainingState,
  networks: TranslationNetworks,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  settings: StepSettings,
): Generator<ChunkResult, void> {
  const directions = directionsOf(state, a, b, settings.truth);
  const { instancesPerChunk } = settings.config;
  const instances = Math.max(...[...a, ...b].map(({ masks }) => masks.shape[0]));
  try {
    for (let first = 0; first < instances; first += instancesPerChunk) {
      const result = trainChunk(state, networks, directions, first, settings);
      const owned = Object.values(result.gradients).flatMap((each: Gradients) => [...each.values()]);
      yield result;
      tf.dispose(owned);
    }
  } finally {
    for (const { progress, sources } of directions) {
      for (const [sample, { image, masks }] of progress.entries()) {
        if (image !== sources[sample]?.image) image.dispose();
        masks?.dispose();
      }
    }
  }
}

/** One chunk: its first instance is number `first` of each sample. What is returned is kept. */
function trainChunk(
  state: TrainingState,
  networks: TranslationNetworks,
  directions: readonly Direction[],
  first: number,
  settings: StepSettings,
): ChunkResult {
  const measurements: Measurements = new Map();
  const measure = (name: MeasurementName, value: tf.Scalar) => measurements.set(name, tf.keep(tf.clone(value)));
  const gradients: Record<keyof NetworkGradients, Gradients> = {
    generatorAToB: new Map(),
    generatorBToA: new Map(),
    discriminatorA: new Map(),
    discriminatorB: new Map(),
  };
  tf.tidy(() => {
    const active = directions.flatMap((direction) => {
      const taken = takeChunk(direction, first, settings.config.instancesPerChunk);
      return taken.samples.length === 0 ? [] : [{ direction, taken }];
    });
    Object.assign(gradients, updateGenerators(state, networks, active, settings, measure));
    for (const { direction, taken } of active) {
      const name = direction.domain === 'A' ? 'discriminatorB' : 'discriminatorA';
      gradients[name] = updateDiscriminator(direction, networks, taken, settings, measure);
    }
    for (const each of Object.values(gradients)) for (const gradient of each.values()) tf.keep(gradient);
  });
  return { measurements, gradients };
}

type Measure = (name: MeasurementName, value: tf.Scalar) => void;

function directionsOf(
  state: TrainingState,
  a: readonly DeviceSample[],
  b: readonly DeviceSample[],
  truth: StepSettings['truth'],
): Direction[] {
  const { generatorAToB, generatorBToA, discriminatorA, discriminatorB, poolA, poolB } = state;
  const untouched = (samples: readonly DeviceSample[]) =>
    samples.map(({ image }): Progress => ({ image, masks: null }));
  const realsOf = (samples: readonly DeviceSample[], truths: readonly DeviceTruth[] | undefined) =>
    samples.map(({ image, masks }, i) => ({ image, masks: truths?.[i]?.masks ?? masks }));
  return [
    {
      domain: 'A',
      forward: generatorAToB,
      backward: generatorBToA,
      judge: discriminatorB,
      pool: poolB,
      sources: a,
      sourceTargets: truth?.a.map(({ targets }) => targets),
      reals: realsOf(b, truth?.b),
      progress: untouched(a),
    },
    {
      domain: 'B',
      forward: generatorBToA,
      backward: generatorAToB,
      judge: discriminatorA,
      pool: poolA,
      sources: b,
      sourceTargets: truth?.b.map(({ targets }) => targets),
      reals: realsOf(a, truth?.a),
      progress: untouched(b),
    },
  ];
}

function takeChunk({ sources, sourceTargets, progress }: Direction, first: number, size: number): Chunk {
  const samples = sources.flatMap(({ masks }, sample) => (masks.shape[0] > first ? [sample] : []));
  const take = (masksOf: (sample: number) => tf.Tensor4D) =>
    samples.map((sample) => {
      const masks = masksOf(sample);
      const { image } = progress[sample] as Progress;
      return { image, masks: takeRows(masks, first, Math.min(size, masks.shape[0] - first)) };
    });
  const input = take((sample) => (sources[sample] as DeviceSample).masks);
  const target = sourceTargets === undefined ? input : take((sample) => sourceTargets[sample] as tf.Tensor4D);
  return { samples, input, target };
}

/** The generators' part of a chunk in one direction. */
interface GeneratorTask {
  readonly direction: Direction;
  readonly taken: Chunk;
  readonly input: InstanceSet;
  /** What the reconstruction and the identity should be. */
  readonly target: InstanceSet;
  readonly judge: (set: InstanceSet) => tf.Tensor4D;
  /** What the input was translated to, once it is; kept. */
  fakes: DeviceSample[];
}

/**
 * Equation 7 for the generators: adversarial, cycle, identity and context loss of each direction. Each direction's cycle
 * and identity are differentiated on their own unless calls are joined, which saves memory.
 */
function updateGenerators(
  { generatorAToB, generatorBToA }: TrainingState,
  networks: TranslationNetworks,
  active: readonly { direction: Direction; taken: Chunk }[],
  { config, learningRate, joinCalls = false }: StepSettings,
  measure: Measure,
): Pick<NetworkGradients, 'generatorAToB' | 'generatorBToA'> {
  const gradients = { generatorAToB: new Map() as Gradients, generatorBToA: new Map() as Gradients };
  const gradientsOf = (trained: TrainedParameters) =>
    trained === generatorAToB ? gradients.generatorAToB : gradients.generatorBToA;
  const differentiate = (calls: readonly GeneratorCall[], losses: () => tf.Scalar[]) => {
    const parameters = calls.map((call) => call.parameters);
    const { gradients: more } = lossAndGradients(() => total(losses()), parameters);
    for (const [i, { trained }] of calls.entries()) accumulateGradients(gradientsOf(trained), more[i] as Gradients);
  };
  const tasks = active.map(({ direction, taken }): GeneratorTask => {
    const judge = settledJudge(direction, networks, taken);
    const input = joinSamples(taken.input);
    const target = taken.target === taken.input ? input : joinSamples(taken.target);
    return { direction, taken, input, target, judge, fakes: [] };
  });
  const losses = generatorLosses(networks, config, measure);
  if (joinCalls) {
    const calls = joinedCalls(tasks);
    differentiate(calls, () => joinedLosses(networks, tasks, calls, losses));
    // Weights that nothing else shares are updated in place.
    for (const { parameters } of calls.slice(2)) tf.dispose([...parameters.values()]);
  } else {
    for (const task of tasks) {
      const { input, direction } = task;
      const [forward, backward] = [callOf(direction.forward), callOf(direction.backward)];
      differentiate([forward, backward], () => {
        const output = networks.generate(forward.parameters, input);
        const reconstructed = networks.generate(backward.parameters, output);
        return [...losses.ofOutput(task, output), losses.ofCycle(task, reconstructed)];
      });
      differentiate([backward], () => [losses.ofIdentity(task, networks.generate(backward.parameters, input))]);
    }
  }
  for (const { direction, taken, fakes } of tasks) {
    for (const [i, sample] of taken.samples.entries()) advance(direction, sample, fakes[i] as DeviceSample);
  }
  generatorAToB.update(gradients.generatorAToB, learningRate.generator, config.adam);
  generatorBToA.update(gradients.generatorBToA, learningRate.generator, config.adam);
  return gradients;
}

/** A sum in groups: a small GPU adds no more than seven tensors at once. */
function total(losses: readonly tf.Scalar[]): tf.Scalar {
  const groups = Array.from({ length: Math.ceil(losses.length / 4) }, (_, i) => losses.slice(4 * i, 4 * i + 4));
  return groups.map((group) => tf.addN(group) as tf.Scalar).reduce((sum, more) => tf.add(sum, more));
}

type GeneratorLosses = ReturnType<typeof generatorLosses>;

/** The terms of equation 7 for one direction; each is measured. */
function generatorLosses(
  networks: TranslationNetworks,
  { weights, ...config }: StepSettings['config'],
  measure: Measure,
) {
  const slots = networks.maskSlots(config.instancesPerChunk);
  const measured = (name: MeasurementName, loss: tf.Scalar): tf.Scalar => {
    measure(name, loss);
    return loss;
  };
  return {
    /** Also takes the fakes out of the output. */
    ofOutput(task: GeneratorTask, output: InstanceSet): tf.Scalar[] {
      const { domain } = task.direction;
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
    ofCycle: ({ direction, target }: GeneratorTask, reconstructed: InstanceSet): tf.Scalar =>
      measured(`cycle${direction.domain}`, reconstructionLoss(reconstructed, target, slots, weights.cycle)),
    ofIdentity: ({ direction, target }: GeneratorTask, identity: InstanceSet): tf.Scalar =>
      measured(`identity${direction.domain}`, reconstructionLoss(identity, target, slots, weights.identity)),
  };
}

/** One call of a generator that is differentiated. */
interface GeneratorCall {
  readonly trained: TrainedParameters;
  readonly parameters: Parameters;
}

function callOf(trained: TrainedParameters): GeneratorCall {
  return { trained, parameters: trained.parameters };
}

/**
 * The calls of {@link joinedLosses}. The last has the weights of the first under tensors of its own, so that
 * backpropagation does not add their gradients weight by weight.
 */
function joinedCalls([one, other]: readonly GeneratorTask[]): GeneratorCall[] {
  if (one === undefined) return [];
  const { forward, backward } = one.direction;
  const again = () => new Map([...forward.parameters].map(([name, tensor]) => [name, tf.clone(tensor)]));
  const last = other === undefined ? [] : [{ trained: forward, parameters: again() }];
  return [callOf(forward), callOf(backward), ...last];
}

/**
 * All losses of one or two directions in three calls of generators instead of six: the first direction's translation; its
 * reconstruction and identity with the other's translation; and the other's reconstruction and identity.
 */
function joinedLosses(
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

/** The frozen judge of a direction's output: earlier chunks' masks count in the sum of features, as constants. */
function settledJudge({ judge, progress }: Direction, networks: TranslationNetworks, { samples }: Chunk) {
  advanceSpectralState(judge.spectral, judge.trained.parameters);
  const weights = spectrallyNormalised(judge.trained.parameters, judge.spectral);
  const earlier = samples.flatMap((sample) => progress[sample]?.masks ?? []);
  if (earlier.length === 0) return (set: InstanceSet) => networks.discriminate(weights, set);
  const counts = earlier.map((masks) => masks.shape[0]);
  const settled = tf.tidy(() => sumOfMaskFeatures(weights, concatRows(earlier), counts));
  return (set: InstanceSet) => networks.discriminate(weights, set, settled);
}

/** Takes over a translated chunk: its image replaces the last one, and its masks join those translated before. */
function advance({ progress, sources }: Direction, sample: number, fake: DeviceSample): void {
  const before = progress[sample] as Progress;
  const masks = before.masks === null ? fake.masks : tf.keep(tf.concat([before.masks, fake.masks], 0));
  if (before.masks !== null) tf.dispose([before.masks, fake.masks]);
  if (before.image !== sources[sample]?.image) tf.dispose(before.image);
  progress[sample] = { image: fake.image, masks };
}

/**
 * Equation 7 for the discriminator that judges this direction's output: half of the sum of the losses on real and on
 * fake samples, the fakes with all masks translated so far and drawn from the pool.
 */
function updateDiscriminator(
  { domain, judge, pool, reals, progress }: Direction,
  networks: TranslationNetworks,
  { samples }: Chunk,
  { config, learningRate, poolRng }: StepSettings,
  measure: Measure,
): Gradients {
  const fakes = samples.map((sample) => pool.query(progress[sample] as DeviceSample, poolRng));
  const both = joinSamples([...reals, ...fakes]);
  advanceSpectralState(judge.spectral, judge.trained.parameters);
  const { loss, gradients } = lossAndGradients(() => {
    const weights = spectrallyNormalised(judge.trained.parameters, judge.spectral);
    const scores = networks.discriminate(weights, both);
    const real = takeRows(scores, 0, reals.length);
    const fake = takeRows(scores, reals.length, fakes.length);
    return tf.add(adversarialLoss(real, 1, 0.5), adversarialLoss(fake, 0, 0.5));
  }, [judge.trained.parameters]);
  measure(`discriminator${domain === 'A' ? 'B' : 'A'}`, loss);
  judge.trained.update(gradients[0] as Gradients, learningRate.discriminator, config.adam);
  return gradients[0] as Gradients;
}
