import * as tf from '@tensorflow/tfjs';
import type { DomainName } from '../../data/sample.ts';
import {
  type DeviceSample,
  type InstanceSet,
  joinSamples,
  joinSets,
  splitSamples,
  splitSet,
} from '../../networks/instance-set.ts';
import type { Parameters } from '../../networks/parameters.ts';
import { advanceSpectralState, normalisedWeights } from '../../networks/spectral-state.ts';
import { concatRows } from '../../ops/rows.ts';
import { averageRate } from '../../optimizer/averaged-parameters.ts';
import { accumulateGradients, type Gradients, lossAndGradients } from '../../optimizer/gradients.ts';
import { type CompiledOptions, compiled } from '../../programs/compiled.ts';
import type { TranslationModel } from '../translation-model.ts';
import { augmented, augmentedMasks, type DeviceAugmentation } from './diff-augment.ts';
import {
  adversarialLoss,
  consistencyLoss,
  contextLoss,
  featureMatchingLoss,
  type GeneratorLoss,
  type LossWeights,
  reconstructionLoss,
} from './losses.ts';
import { objectAdversarialLoss, objectDiscriminator } from './object-discriminator.ts';
import { sumOfMaskFeatures } from './set-discriminator.ts';
import type { StepConfig } from './step-config.ts';
import { type DeviceMotion, moved } from './synthetic-motion.ts';
import type { DiscriminatorState, TrainingState } from './training-state.ts';

/** What is to be translated in one direction. */
export interface DirectionInput {
  readonly source: DomainName;
  /** Samples of the source domain with the instances of the chunk: image `[1, h, w, 3]`, masks `[instances, h, w, 1]`. */
  readonly input: readonly DeviceSample[];
  /** The masks that they should have, if these are others. */
  readonly targets: readonly tf.Tensor4D[] | undefined;
  /** Masks of earlier chunks of these samples, translated, sample by sample; empty in the first chunk. */
  readonly earlier: readonly tf.Tensor4D[];
  /** Under which the translation is to stay the same, if that is asked for. */
  readonly motion: DeviceMotion | undefined;
  /** What the discriminator is shown each sample under, and the real one beside it, if that is asked for. */
  readonly augmentation: DeviceAugmentation | undefined;
  /** A real sample of the other domain for each of `input`, whose features are to be matched, if that is asked for. */
  readonly real: readonly DeviceSample[] | undefined;
}

export interface GeneratorStepSettings extends Pick<CompiledOptions, 'programs'> {
  readonly config: StepConfig;
  readonly learningRate: number;
  /** See `StepSettings`. */
  readonly reconstruction: number;
  readonly joinCalls: boolean;
  readonly isWarmUp: boolean;
  readonly keepGradients: boolean;
}

/** The result of a direction; the caller owns it. */
interface DirectionResult {
  /** What its input was translated to; none in a warm-up. */
  readonly fakes: readonly DeviceSample[];
  readonly measurements: ReadonlyMap<GeneratorLoss | 'fakeMasks', tf.Scalar>;
}

/** The generators; the first translates samples of domain A. */
const GENERATORS = ['generatorAToB', 'generatorBToA'] as const;
type GeneratorName = (typeof GENERATORS)[number];
/** The domains that they translate to. */
const TARGETS = ['B', 'A'] as const satisfies readonly DomainName[];

/**
 * One update of both generators by equation 7, on the directions that take part. In a warm-up, by the identity loss alone; a
 * generator whose target domain does not take part has no loss then, and is not updated.
 *
 * On a GPU, which makes few large operations sooner than many small ones, all of it is one program. Elsewhere its parts are: the
 * gradients of a direction are the same program for either direction and whatever the other one has to do, so that few
 * different programs come up.
 *
 * @returns what belongs to the caller; no gradients unless they are to be kept
 */
export function generatorStep(
  state: TrainingState,
  model: TranslationModel,
  directions: readonly DirectionInput[],
  { config, learningRate, reconstruction, joinCalls, isWarmUp, keepGradients, programs }: GeneratorStepSettings,
): { readonly results: readonly DirectionResult[]; readonly gradients: Record<GeneratorName, Gradients> } {
  const { adam, weights, instancesPerChunk, ema = 0 } = config;
  const learning = GENERATORS.filter((_, i) => !isWarmUp || directions.some(({ source }) => source === TARGETS[i]));
  const nextRates = (name: GeneratorName) => {
    const rates = state[name].nextRates(learningRate, adam);
    return state.averages ? { adam: rates, average: averageRate(ema, state[name].step) } : { adam: rates };
  };
  const inputs = {
    directions,
    rates: new Map(learning.map((name) => [name, nextRates(name)])),
    // A tensor: as a number, each step would be another program.
    reconstruction: reconstruction === 1 ? undefined : tf.scalar(reconstruction),
    settings: {
      ...{ model: model.key, slots: model.maskSlots(instancesPerChunk), weights, adam },
      ...{ joinCalls, isWarmUp, keepGradients },
    },
  };
  const changingOf = (name: GeneratorName) => [
    ...state[name].state,
    ...(state.averages ? [state.averages[name].parameters] : []),
  ];
  const judgesObjects = (weights.objectDiscriminator ?? 0) > 0;
  const opponentsOf = (source: DomainName) => {
    const [ofSamples, ofObjects] =
      source === 'A'
        ? [state.discriminatorB, state.objectDiscriminatorB]
        : [state.discriminatorA, state.objectDiscriminatorA];
    if (!judgesObjects) return { ofSamples };
    if (ofObjects === undefined)
      throw new Error('trainStep: the weight of object discriminators needs some in the state.');
    return { ofSamples, ofObjects };
  };

  const step = ({ directions, rates, reconstruction, settings }: typeof inputs) => {
    const gradients: Record<GeneratorName, Gradients> = { generatorAToB: new Map(), generatorBToA: new Map() };
    const groups = joinCalls ? [directions] : directions.map((direction) => [direction]);
    const results = groups.flatMap((group) => {
      const [a, b] = GENERATORS;
      const [forward, backward] = group[0]?.source === 'A' ? [a, b] : [b, a];
      const frozen = isWarmUp
        ? []
        : group.map(({ source }) => {
            const { ofSamples, ofObjects } = opponentsOf(source);
            return { discriminator: freeze(ofSamples, programs), objects: ofObjects && freeze(ofObjects, programs) };
          });
      const found = compiled('generator gradients', (given: Given) => differentiate(model, given), { programs })({
        generators: { forward: state[forward].parameters, backward: state[backward].parameters },
        // Without the names of the domains.
        directions: group.map(({ source, ...rest }, i) => ({
          ...rest,
          discriminator: frozen[i]?.discriminator.parameters,
          objectDiscriminator: frozen[i]?.objects?.parameters,
        })),
        ...{ reconstruction, settings },
      });
      for (const { discriminator, objects } of frozen) {
        for (const own of [discriminator, objects]) tf.dispose([...(own?.normalised.values() ?? [])]);
      }
      accumulateGradients(gradients[forward], found.gradients.forward);
      accumulateGradients(gradients[backward], found.gradients.backward);
      return found.results;
    });
    for (const [name, own] of rates) {
      const given = { gradients: gradients[name], rates: own, adam };
      const update = ({ gradients, rates, adam }: typeof given) => {
        state[name].update(gradients, rates.adam, adam);
        if (rates.average) state.averages?.[name].update(state[name].parameters, rates.average);
      };
      compiled('Adam', update, { state: changingOf(name), programs })(given);
      if (keepGradients) {
        for (const gradient of gradients[name].values()) tf.keep(gradient);
      } else {
        tf.dispose([...gradients[name].values()]);
        gradients[name].clear();
      }
    }
    return { results, gradients };
  };

  const opponents = isWarmUp ? [] : directions.flatMap(({ source }) => Object.values(opponentsOf(source)));
  const changing = [
    ...learning.flatMap(changingOf),
    ...opponents.flatMap(({ trained, spectral }) => [...trained.state, spectral]),
  ];
  const returned = joinCalls ? compiled('generators', step, { state: changing, programs })(inputs) : step(inputs);
  tf.dispose([[...inputs.rates.values()], inputs.reconstruction ?? []]);
  return returned;
}

/** A discriminator as a constant: after a power iteration, its weights divided by their largest singular values. */
function freeze({ trained, spectral }: DiscriminatorState, programs: CompiledOptions['programs']) {
  const normalise = compiled(
    'frozen discriminator',
    (parameters: Parameters) => {
      advanceSpectralState(spectral, parameters);
      return normalisedWeights(parameters, spectral);
    },
    { state: [spectral], programs },
  );
  const normalised = normalise(trained.parameters);
  return { parameters: new Map([...trained.parameters, ...normalised]), normalised };
}

/** What the gradients of one or two directions follow from. */
interface Given {
  /** As the first direction calls them; the second one translates backward. */
  readonly generators: Readonly<Record<'forward' | 'backward', Parameters>>;
  readonly directions: readonly (Omit<DirectionInput, 'source'> & {
    /** Undefined in a warm-up. */
    readonly discriminator: Parameters | undefined;
    /** If there is one, and no warm-up. */
    readonly objectDiscriminator: Parameters | undefined;
  })[];
  /** What is left of the weights of cycle and identity loss; undefined for all. */
  readonly reconstruction: tf.Scalar | undefined;
  readonly settings: {
    readonly weights: LossWeights;
    /** Mask channels in the average of a reconstruction loss. */
    readonly slots: number;
    readonly joinCalls: boolean;
    readonly isWarmUp: boolean;
  };
}

/** What the generators make of the samples x of a direction. */
interface Translations {
  /** G(x). */
  readonly fake?: InstanceSet;
  /** F(G(x)). */
  readonly reconstructed?: InstanceSet | undefined;
  /** F(x). */
  readonly identity?: InstanceSet | undefined;
  /** G(T x), with a motion T. */
  readonly ofMoved?: InstanceSet;
}

/** The losses of all directions, and the gradients of their sum by the weights of both generators. */
function differentiate(model: TranslationModel, { generators, directions, reconstruction, settings }: Given) {
  const { slots, weights } = settings;
  const { consistency = 0, featureMatching = 0, objectDiscriminator: ofObjects = 0 } = weights;
  const gradients = { forward: new Map() as Gradients, backward: new Map() as Gradients };
  const parts = directions.map(
    ({ input, targets, earlier, discriminator, objectDiscriminator, motion, augmentation, real }) => {
      const x = joinSamples(input);
      return {
        ...{ x, input, motion, objects: objectDiscriminator },
        /** What the reconstruction and the identity should be. */
        target: targets ? { ...x, masks: concatRows(targets) } : x,
        discriminate: discriminator && discriminatorOf(model, discriminator, earlier, augmentation),
        realFeatures:
          discriminator &&
          real &&
          tf.tidy(() => [...discriminatorOf(model, discriminator, [], augmentation)(joinSamples(real)).features]),
        fakes: [] as DeviceSample[],
        measurements: new Map<GeneratorLoss | 'fakeMasks', tf.Scalar>(),
      };
    },
  );

  const toRebuild = (output: InstanceSet, target: InstanceSet, weight: number) => {
    const loss = reconstructionLoss(output, target, slots, weight);
    return reconstruction === undefined ? loss : (tf.mul(loss, reconstruction) as tf.Scalar);
  };

  /** The terms of equation 7 for those translations that there are, and those that the paper does not have. */
  const lossesOf = (part: (typeof parts)[number], { fake, reconstructed, identity, ofMoved }: Translations) => {
    const { target, discriminate, realFeatures, objects, motion, measurements } = part;
    const losses: Partial<Record<GeneratorLoss, tf.Scalar>> = {};
    if (fake && discriminate) {
      part.fakes = splitSamples(fake).map(({ image, masks }) => ({ image: kept(image), masks: kept(masks) }));
      measurements.set('fakeMasks', kept(tf.mean(fake.masks) as tf.Scalar));
      const { scores, features } = discriminate(fake);
      losses.generator = adversarialLoss(scores, 1);
      losses.context = contextLoss(target, fake, weights.context);
      if (objects) losses.objectGenerator = objectAdversarialLoss(objectDiscriminator(objects, fake), 1, ofObjects);
      if (realFeatures) losses.featureMatching = featureMatchingLoss(features, realFeatures, featureMatching);
    }
    if (reconstructed) losses.cycle = toRebuild(reconstructed, target, weights.cycle);
    if (identity) losses.identity = toRebuild(identity, target, weights.identity);
    if (ofMoved && motion) {
      losses.consistency = consistencyLoss(ofMoved, moved(part.fakes, motion), motion.seen, slots, consistency);
    }
    for (const [name, loss] of Object.entries(losses)) measurements.set(name as GeneratorLoss, kept(loss));
    return Object.values(losses);
  };

  for (const { calls, translate } of passes(model, generators, parts, settings)) {
    const { gradients: found } = lossAndGradients(
      () => total(translate().flatMap((translations, i) => lossesOf(parts[i]!, translations))),
      calls.map(({ parameters }) => parameters),
    );
    for (const [i, { generator }] of calls.entries()) accumulateGradients(gradients[generator], found[i] as Gradients);
  }
  return { gradients, results: parts.map(({ fakes, measurements }) => ({ fakes, measurements })) };
}

/** Calls of the generators that are differentiated together. */
interface Pass {
  /** The weights of each call. */
  readonly calls: readonly { readonly generator: 'forward' | 'backward'; readonly parameters: Parameters }[];
  /** @returns translations of each direction, or of the first one */
  readonly translate: () => readonly Translations[];
}

/**
 * The calls of the generators in one of two ways. Joined: the samples of one or two directions in two or three large calls, all
 * differentiated at once. Else one by one, a single direction's identity apart from the rest, which saves memory. A warm-up has
 * only the identities.
 */
function* passes(
  model: TranslationModel,
  { forward, backward }: Given['generators'],
  parts: readonly {
    readonly x: InstanceSet;
    readonly input: readonly DeviceSample[];
    readonly motion: DeviceMotion | undefined;
  }[],
  { joinCalls, isWarmUp }: Pick<Given['settings'], 'joinCalls' | 'isWarmUp'>,
): Iterable<Pass> {
  const G = { generator: 'forward', parameters: forward } as const;
  const F = { generator: 'backward', parameters: backward } as const;
  const call = ({ parameters }: Pass['calls'][number], ...sets: readonly InstanceSet[]) =>
    splitSet(model.generate(parameters, joinSets(sets)), sets) as [InstanceSet, ...InstanceSet[]];
  const [{ x }, other] = parts as [(typeof parts)[number], (typeof parts)[number]?];
  if (isWarmUp) {
    const calls = parts.map((_, i) => (i === 0 ? F : G));
    yield { calls, translate: () => parts.map(({ x }, i) => ({ identity: call(calls[i]!, x)[0] })) };
    return;
  }
  if (joinCalls) {
    // Under tensors of its own, so that backpropagation does not add the gradients of both calls weight by weight.
    const again = { ...G, parameters: new Map([...forward].map(([name, tensor]) => [name, tf.clone(tensor)])) };
    yield {
      calls: other ? [G, F, again] : [G, F],
      translate() {
        const [fake] = call(G, x);
        const [reconstructed, identity, otherFake] = call(F, fake, x, ...(other ? [other.x] : []));
        const own = { fake, reconstructed, identity };
        if (other === undefined || otherFake === undefined) return [own];
        const [otherReconstructed, otherIdentity] = call(again, otherFake, other.x);
        return [own, { fake: otherFake, reconstructed: otherReconstructed, identity: otherIdentity }];
      },
    };
    // Weights that nothing else shares are updated in place.
    tf.dispose([...again.parameters.values()]);
  } else {
    yield {
      calls: [G, F],
      translate() {
        const [fake] = call(G, x);
        const [reconstructed] = call(F, fake);
        return [{ fake, reconstructed }];
      },
    };
    yield { calls: [F], translate: () => [{ identity: call(F, x)[0] }] };
  }
  for (const [i, { input, motion }] of parts.entries()) {
    if (motion === undefined) continue;
    const there = i === 0 ? G : F;
    const after = moved(input, motion);
    yield {
      calls: [there],
      translate: () => [...parts.slice(0, i).map(() => ({})), { ofMoved: call(there, after)[0] }],
    };
  }
}

/** A frozen discriminator for an output: masks of earlier chunks count in the sum of features, as constants. */
function discriminatorOf(
  model: TranslationModel,
  weights: Parameters,
  earlier: readonly tf.Tensor4D[],
  augmentation: DeviceAugmentation | undefined,
) {
  const counts = earlier.map((masks) => masks.shape[0]);
  const features =
    earlier.length === 0
      ? undefined
      : tf.tidy(() => sumOfMaskFeatures(weights, augmentedMasks(concatRows(earlier), counts, augmentation), counts));
  return (output: InstanceSet) => model.discriminate(weights, augmented(output, augmentation), features);
}

/** A tensor that outlives the differentiation in which it was made. */
function kept<T extends tf.Tensor>(tensor: T): T {
  return tf.keep(tf.clone(tensor));
}

/** A sum in groups: a small GPU adds no more than seven tensors at once. */
function total(losses: readonly tf.Scalar[]): tf.Scalar {
  const groups = Array.from({ length: Math.ceil(losses.length / 4) }, (_, i) => losses.slice(4 * i, 4 * i + 4));
  return groups.map((group) => tf.addN(group) as tf.Scalar).reduce((sum, more) => tf.add(sum, more));
}
