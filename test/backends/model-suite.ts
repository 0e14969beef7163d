import path from 'node:path';
import {
  advanceSpectralState,
  createRng,
  type DeviceSample,
  disposeTrainingState,
  type InstanceSet,
  initialParameters,
  initialTrainingState,
  joinSamples,
  type ModelName,
  type NetworkGradients,
  readMeasurements,
  setDiscriminator,
  setDiscriminatorSpecs,
  setGenerator,
  setGeneratorSpecs,
  spectrallyNormalised,
  type TrainedParameters,
  type TrainingState,
  type TranslationModel,
  trainStep,
  translateSample,
  translationModel,
} from '@instagan/core';
import { type DiscriminatorState, disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import { memoryData, tinyConfig, tinySample, trainTiny } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { relativeDistance } from '../helpers/float64.ts';
import { checkConsistency } from './consistency-check.ts';
import { checkDiffAugment } from './diff-augment-check.ts';
import { checkFeatureMatching } from './feature-matching-check.ts';
import { checkObjectDiscriminator } from './object-discriminator-check.ts';
import { checkWarmUp } from './warm-up-check.ts';

const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
/** The smallest that the discriminator scores. */
const SIDE_PX = 24;
/** Largest difference of images, masks and scores that are equal but for rounding. */
const EQUAL = 1e-5;
const GRADIENTS_EQUAL = 1e-4;
const RATE = 2e-3;

function upload(counts: readonly number[], label: string): DeviceSample[] {
  const samples = counts.map((count, i) => tinySample(`${label}${i}`, count, SIDE_PX));
  return uploadSamples(samples);
}

async function difference(actual: tf.Tensor, expected: tf.Tensor): Promise<number> {
  const [a, b] = [await actual.data(), await expected.data()];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, value] of a.entries()) largest = Math.max(largest, Math.abs(value - b[i]!));
  return largest;
}

/** Masks of a single sample in another order. */
function reordered({ image, masks, counts }: InstanceSet, order: readonly number[]): InstanceSet {
  return { image, masks: tf.gather(masks, [...order]), counts };
}

async function checkGenerator(t: Test): Promise<void> {
  const parameters = initialParameters(setGeneratorSpecs(SIZE), createRng(1, 'generator'));
  const samples = upload([3, 1, 2], 'g');
  const single = joinSamples(samples.slice(0, 1));
  const order = [2, 0, 1];
  const output = setGenerator(parameters, SIZE, single);
  const permuted = setGenerator(parameters, SIZE, reordered(single, order));
  const spread = await tf.max(tf.abs(tf.sub(output.masks, tf.gather(output.masks, order)))).data();
  t.ok(spread[0]! > 100 * EQUAL, 'the masks differ from each other');
  t.ok((await difference(permuted.image, output.image)) < EQUAL, 'the image does not depend on the order of instances');
  t.ok((await difference(permuted.masks, tf.gather(output.masks, order))) < EQUAL, 'the masks follow it');

  const batch = setGenerator(parameters, SIZE, joinSamples(samples));
  let first = 0;
  for (const [i, sample] of samples.entries()) {
    const alone = setGenerator(parameters, SIZE, joinSamples([sample]));
    const count = sample.masks.shape[0];
    t.ok((await difference(tf.gather(batch.image, [i]), alone.image)) < EQUAL, `image ${i} of a batch is as if alone`);
    const own = tf.slice(batch.masks, [first, 0, 0, 0], [count, -1, -1, -1]);
    t.ok((await difference(own, alone.masks)) < EQUAL, `so are its ${count} masks`);
    first += count;
  }
}

async function checkDiscriminator(t: Test): Promise<void> {
  const parameters = initialParameters(setDiscriminatorSpecs(SIZE), createRng(1, 'discriminator'));
  const samples = upload([3, 1, 2], 'd');
  const single = joinSamples(samples.slice(0, 1));
  const { scores } = setDiscriminator(parameters, single);
  const { scores: permuted } = setDiscriminator(parameters, reordered(single, [1, 2, 0]));
  t.ok((await difference(permuted, scores)) < EQUAL, 'the scores do not depend on the order of instances');
  const { scores: batch } = setDiscriminator(parameters, joinSamples(samples));
  for (const [i, sample] of samples.entries()) {
    const { scores: alone } = setDiscriminator(parameters, joinSamples([sample]));
    t.ok((await difference(tf.gather(batch, [i]), alone)) < EQUAL, `sample ${i} of a batch is scored as if alone`);
  }
}

type Weights = Record<keyof NetworkGradients, Map<string, Float32Array>>;

function trainedOf(state: TrainingState): Record<keyof NetworkGradients, TrainedParameters> {
  const { generatorAToB, generatorBToA, discriminatorA, discriminatorB } = state;
  return {
    generatorAToB,
    generatorBToA,
    discriminatorA: discriminatorA.trained,
    discriminatorB: discriminatorB.trained,
  };
}

async function weightsOf(state: TrainingState): Promise<Weights> {
  const read = async ({ parameters }: TrainedParameters) => {
    const values = new Map<string, Float32Array>();
    for (const [name, tensor] of parameters) values.set(name, (await tensor.data()).slice() as Float32Array);
    return values;
  };
  const entries = Object.entries(trainedOf(state)).map(async ([name, trained]) => [name, await read(trained)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Weights;
}

/** Networks whose weights differ in at least one bit; of the others every bit is the same. */
function changed(before: Weights, after: Weights): string[] {
  const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Object.entries(before).flatMap(([network, weights]) => {
    const others = after[network as keyof Weights];
    return [...weights].every(([name, values]) => bytes(values).equals(bytes(others.get(name)!))) ? [] : [network];
  });
}

interface StepOutcome {
  readonly before: Weights;
  readonly after: Weights;
}

/** One chunk of one step from the same beginning, with these learning rates. */
async function stepWith(model: TranslationModel, generator: number, discriminator: number): Promise<StepOutcome> {
  const state = initialTrainingState(model, 3, 2);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];
  const before = await weightsOf(state);
  const learningRate = { generator, discriminator };
  const results = trainStep(state, model, a, b, { config: tinyConfig(), learningRate, poolRng: createRng(1) });
  for (const { measurements } of results) tf.dispose([...measurements.values()]);
  const after = await weightsOf(state);
  disposeTrainingState(state);
  disposeSamples([...a, ...b]);
  return { before, after };
}

async function checkFrozen(t: Test): Promise<void> {
  const model = translationModel(SIZE);
  const generators = await stepWith(model, RATE, 0);
  t.same(
    changed(generators.before, generators.after),
    ['generatorAToB', 'generatorBToA'],
    'the generators alone learn',
  );
  const discriminators = await stepWith(model, 0, RATE);
  t.same(changed(discriminators.before, discriminators.after), ['discriminatorA', 'discriminatorB'], 'and the others');
  const both = await stepWith(model, RATE, RATE);
  t.same(both.before, generators.before, 'every run began alike');
  const unlike = (other: StepOutcome) => changed(both.after, other.after);
  t.same(unlike(generators), ['discriminatorA', 'discriminatorB'], 'generators learn the same beside discriminators');
  t.same(unlike(discriminators), ['generatorAToB', 'generatorBToA'], 'and discriminators the same beside generators');
}

/** Mean distance of image and masks together, over all their channels. */
function distance(output: InstanceSet, target: InstanceSet, slots: number): tf.Scalar {
  const sum = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.abs(tf.sub(x, y)));
  const [, height, width] = target.image.shape;
  const total = tf.add(sum(output.image, target.image), sum(output.masks, target.masks));
  return tf.div(total, height * width * (3 + slots));
}

/** Every loss of the generators at once, from the paper's equations, with stock operations. */
function generatorLosses(state: TrainingState, a: InstanceSet, b: InstanceSet): Record<string, tf.Scalar> {
  const losses: Record<string, tf.Scalar> = {};
  for (const [domain, input, forward, backward, discriminator] of [
    ['A', a, state.generatorAToB, state.generatorBToA, state.discriminatorB],
    ['B', b, state.generatorBToA, state.generatorAToB, state.discriminatorA],
  ] as const) {
    const output = setGenerator(forward.parameters, SIZE, input);
    const { scores } = setDiscriminator(
      spectrallyNormalised(discriminator.trained.parameters, discriminator.spectral),
      output,
    );
    losses[`generator${domain}`] = tf.mean(tf.square(tf.sub(scores, 1)));
    losses[`cycle${domain}`] = tf.mul(distance(setGenerator(backward.parameters, SIZE, output), input, 2), 10);
    losses[`identity${domain}`] = tf.mul(distance(setGenerator(backward.parameters, SIZE, input), input, 2), 10);
    const cover = tf.sum(tf.div(tf.add(tf.concat([input.masks, output.masks]), 1), 2), 0, true);
    const weight = tf.sub(1, tf.minimum(cover, 1));
    const change = tf.abs(tf.sub(output.image, input.image));
    losses[`context${domain}`] = tf.mul(tf.mean(tf.mul(weight, change)), 10);
  }
  return losses;
}

/** The losses of the discriminators on real samples and on what the generators make, with stock operations. */
function discriminatorLosses(state: TrainingState, a: InstanceSet, b: InstanceSet): Record<string, tf.Scalar> {
  const loss = ({ trained, spectral }: DiscriminatorState, real: InstanceSet, fake: InstanceSet): tf.Scalar => {
    const weights = spectrallyNormalised(trained.parameters, spectral);
    const forReal = tf.mean(tf.square(tf.sub(setDiscriminator(weights, real).scores, 1)));
    return tf.div(tf.add(forReal, tf.mean(tf.square(setDiscriminator(weights, fake).scores))), 2);
  };
  return {
    discriminatorA: loss(state.discriminatorA, a, setGenerator(state.generatorBToA.parameters, SIZE, b)),
    discriminatorB: loss(state.discriminatorB, b, setGenerator(state.generatorAToB.parameters, SIZE, a)),
  };
}

/** The losses with their sum's gradient by each parameter of some networks, in one graph. */
async function differentiated(
  losses: () => Record<string, tf.Scalar>,
  networks: Partial<Record<keyof NetworkGradients, TrainedParameters>>,
): Promise<{ values: Record<string, number>; gradients: Map<string, Float32Array> }> {
  const parameters = Object.entries(networks).flatMap(([network, trained]) =>
    [...trained.parameters].map(([name, tensor]) => [`${network}.${name}`, tensor] as const),
  );
  let kept: Record<string, tf.Scalar> = {};
  const { value, grads } = tf.tidy(() =>
    tf.engine().gradients(
      () => {
        const all = losses();
        kept = Object.fromEntries(Object.entries(all).map(([name, loss]) => [name, tf.keep(tf.clone(loss))]));
        return tf.addN(Object.values(all)) as tf.Scalar;
      },
      parameters.map(([, tensor]) => tensor),
    ),
  );
  const values: Record<string, number> = {};
  for (const [name, loss] of Object.entries(kept)) values[name] = (await loss.data())[0]!;
  const gradients = new Map<string, Float32Array>();
  for (const [i, [name]] of parameters.entries()) gradients.set(name, (await grads[i]!.data()) as Float32Array);
  tf.dispose([value, ...grads, ...Object.values(kept)]);
  return { values, gradients };
}

async function checkLosses(t: Test, joinCalls: boolean): Promise<void> {
  const model = translationModel(SIZE);
  const [a, b] = [upload([2], 'a'), upload([1], 'b')];

  // The same state, differentiated as a whole instead of term by term.
  const whole = initialTrainingState(model, 3, 2);
  const { generatorAToB, generatorBToA, ...discriminators } = trainedOf(whole);
  const advance = () => {
    for (const { trained, spectral } of [whole.discriminatorA, whole.discriminatorB]) {
      tf.tidy(() => advanceSpectralState(spectral, trained.parameters));
    }
  };
  advance();
  const forGenerators = await differentiated(() => generatorLosses(whole, joinSamples(a), joinSamples(b)), {
    generatorAToB,
    generatorBToA,
  });
  advance();
  const forDiscriminators = await differentiated(
    () => discriminatorLosses(whole, joinSamples(a), joinSamples(b)),
    discriminators,
  );
  const expected = { ...forGenerators.values, ...forDiscriminators.values };
  const gradients = new Map([...forGenerators.gradients, ...forDiscriminators.gradients]);
  disposeTrainingState(whole);

  const state = initialTrainingState(model, 3, 2);
  const learningRate = { generator: RATE, discriminator: RATE };
  const settings = { config: tinyConfig(), learningRate, poolRng: createRng(1), joinCalls, keepGradients: true };
  const step = trainStep(state, model, a, b, settings);
  for (const result of step) {
    const actual = await readMeasurements([result.measurements]);
    for (const [name, value] of Object.entries(expected)) {
      const error = Math.abs(actual[name as keyof typeof actual] - value) / value;
      t.ok(error < EQUAL, `${name} differs by ${error} from its equation`);
    }
    let worst = { name: '', error: 0 };
    for (const [network, own] of Object.entries(result.gradients) as [string, Map<string, tf.Tensor>][]) {
      for (const [parameter, gradient] of own) {
        const name = `${network}.${parameter}`;
        const error = relativeDistance(await gradient.data(), gradients.get(name) ?? []);
        gradients.delete(name);
        if (!(error <= worst.error)) worst = { name, error };
      }
    }
    t.ok(worst.error < GRADIENTS_EQUAL, `gradients are those of the sum; worst is ${worst.name}, ${worst.error}`);
    t.same([...gradients.keys()], [], 'every parameter has one');
  }
  const updates = Object.values(trainedOf(state)).map(({ step }) => step);
  t.same(updates, [1, 1, 1, 1], 'a chunk is one update of each network');
  disposeTrainingState(state);
  disposeSamples([...a, ...b]);
}

async function checkLeaks(t: Test, steps: number): Promise<void> {
  const model = translationModel(SIZE);
  const before = tf.memory().numTensors;
  const state = initialTrainingState(model, 3, 2);
  const counts: number[] = [];
  for (let step = 0; step < steps; step++) {
    // Different numbers of instances, and now and then a second chunk that one domain sits out.
    const [a, b] = [upload([1 + (step % 2)], `a${step}`), upload([step % 6 === 5 ? 3 : 1], `b${step}`)];
    const learningRate = { generator: RATE, discriminator: RATE };
    const poolRng = createRng(1, step);
    const results = [...trainStep(state, model, a, b, { config: tinyConfig(), learningRate, poolRng })];
    await readMeasurements(results.map(({ measurements }) => measurements));
    disposeSamples([...a, ...b]);
    counts.push(tf.memory().numTensors);
  }
  t.same(new Set(counts.slice(2)).size, 1, `tensors after each step: ${counts.join(' ')}`);
  disposeTrainingState(state);
  t.equal(tf.memory().numTensors, before, 'the state frees everything');
}

async function checkBaseline(t: Test, name: Exclude<ModelName, 'instagan'>): Promise<void> {
  const config = tinyConfig({ model: name });
  const model = translationModel({ model: name, ...SIZE });
  const beginning = tf.memory().numTensors;
  const state = initialTrainingState(model, 3, 2);
  const before = await weightsOf(state);
  const [a, b] = [0, 2].map((count) => uploadSamples([model.view(tinySample(`${name}${count}`, count, SIDE_PX))]));
  const learningRate = { generator: RATE, discriminator: RATE };
  const results = [...trainStep(state, model, a!, b!, { config, learningRate, poolRng: createRng(1) })];
  const losses = await readMeasurements(results.map(({ measurements }) => measurements));
  t.ok(Object.values(losses).every(Number.isFinite), 'all losses are finite');
  t.same([losses.contextA, losses.contextB], [0, 0], 'there is no context without instances');
  t.same(changed(before, await weightsOf(state)), Object.keys(before), 'every network learns');
  disposeSamples([...a!, ...b!]);
  const { parameters } = state.generatorAToB;
  const input = tinySample('input', 2, 22, 19);
  const output = await translateSample({ model, parameters, instancesPerChunk: 1 }, input);
  t.match(output, { width: 22, height: 19 });
  t.equal(output.masks.length, name === 'cyclegan' ? 2 : 1);
  t.ok(
    output.image.every((value) => Math.abs(value) <= 1),
    'pixels within range',
  );
  disposeTrainingState(state);
  t.equal(tf.memory().numTensors, beginning, 'and nothing is left');
}

/** Some GPUs' arithmetic loses NaN: then a ruined run would go on as if nothing had happened. */
async function checkAlarm(t: Test): Promise<void> {
  const runFolder = path.join(t.testdir(), 'run');
  const broken = (step: number) => {
    const [a, b] = [tinySample('a', 1), tinySample('b', 1)];
    if (step === 1) a.image.fill(Number.NaN);
    return { a: [a], b: [b] };
  };
  const config = tinyConfig({ ...SIZE, checkpointEvery: 1 });
  const { events, error } = await trainTiny({ runFolder, config, steps: 3, openData: async () => memoryData(broken) });
  t.match(error?.message, /not a finite number/);
  t.same(
    events.map(({ type, step }) => `${type} ${step}`),
    ['run-started 0', 'step 1', 'checkpoint 1', 'step 2', 'alarm 2', 'run-failed 2'],
  );
}

/**
 * Networks and training steps as users rely on them; the backend is open.
 *
 * @param leakSteps steps over which no tensor may be left; fewer where a step takes seconds
 */
export function modelSuite(t: Test, { leakSteps = 20 } = {}): void {
  const inScope = (check: (t: Test) => Promise<void>) => async (t: Test) => {
    tf.engine().startScope();
    await check(t);
    tf.engine().endScope();
  };
  t.test('the generator treats instances as a set, and a batch as single samples', inScope(checkGenerator));
  t.test('the discriminator does too', inScope(checkDiscriminator));
  t.test('an update leaves the frozen networks exactly as they were', checkFrozen);
  for (const joinCalls of [false, true]) {
    const how = joinCalls ? ', with calls of equal weights joined' : '';
    t.test(`losses are those of the equations, and gradients those of their sum${how}`, (t) =>
      checkLosses(t, joinCalls),
    );
    t.test(
      `object discriminators learn and teach by their equations${how}`,
      inScope((t) => checkObjectDiscriminator(t, joinCalls)),
    );
    t.test(
      `a warm-up learns the identity of both target domains alone${how}`,
      inScope((t) => checkWarmUp(t, joinCalls)),
    );
  }
  t.test('consistency under motion is that of its equation', inScope(checkConsistency));
  for (const [model, joinCalls] of [
    ['instagan', false],
    ['instagan', true],
    ['cyclegan', false],
  ] as const) {
    const how = joinCalls ? ', with calls of equal weights joined' : '';
    t.test(
      `feature matching of ${model} is that of its equation${how}`,
      inScope((t) => checkFeatureMatching(t, model, joinCalls)),
    );
  }
  for (const joinCalls of [false, true]) {
    const how = joinCalls ? ', with calls of equal weights joined' : '';
    t.test(
      `discriminators see augmented samples, and generators learn through it${how}`,
      inScope((t) => checkDiffAugment(t, joinCalls)),
    );
  }
  t.test('training does not leak: a run of days would end out of memory', (t) => checkLeaks(t, leakSteps));
  t.test('a loss that is not a number is seen, and the checkpoint before it stays', checkAlarm);
  for (const model of ['cyclegan', 'cyclegan-seg'] as const) {
    t.test(`the baseline ${model} trains and translates`, (t) => checkBaseline(t, model));
  }
}
