import { readFile } from 'node:fs/promises';
import {
  advanceSpectralState,
  createRng,
  type DeviceSample,
  disposeTrainingState,
  ImagePool,
  importAuthorsDiscriminator,
  importAuthorsGenerator,
  type NamedArray,
  type NamedArrays,
  type NetworkGradients,
  readMeasurements,
  readTorchStateDict,
  type SpectralState,
  setDiscriminator,
  setDiscriminatorSpecs,
  setGenerator,
  setGeneratorSpecs,
  spectrallyNormalised,
  TrainedParameters,
  type TrainingState,
  type TranslationModel,
  tensorFromArray,
  tensorsFromArrays,
  trainStep,
  translationModel,
} from '@instagan/core';
import { importAuthorsUnet, unet, unetSpecs } from '@instagan/segmenter';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { type ParityArrays, parityFile, readParityArrays } from '../helpers/parity-folder.ts';
import { isLossName, readStepFixture, type StepFixture } from './step-fixture.ts';

/** Largest difference of network outputs; the values are in [-1, 1]. */
const OUTPUT_TOLERANCE = 1e-4;
/** Relative. In later chunks the weights differ by rounding errors, which Adam makes as large as the learning rate. */
const LOSS_TOLERANCE = { firstChunk: 1e-4, laterChunks: 1e-2 };
const GRADIENT_TOLERANCE = 1e-3;
/** How far stored float32 gradients of the generators may be from float64 ones (`fixtures/parity-float64/README.md`). */
const STORED_GRADIENT_ERROR = 5e-2;
/** A training step is slow on the `cpu` backend, and up to 16 more are made where gradients lie at a kink. */
const STEP_TIMEOUT_MS = 300_000;
/**
 * The true gradient is 0 for biases in front of an instance norm; what the authors' code stores is noise: at most this
 * much of the largest gradient of the network.
 */
const NOISE_OF_GRADIENTS = 2e-6;

/** Image and masks of an array `[1, 3 + slots, height, width]`; slots without an object are left out. */
function sampleFrom(array: NamedArray): { sample: DeviceSample; slots: number[]; planes: Float32Array[] } {
  const [, channels = 0, height = 0, width = 0] = array.shape;
  const size = height * width;
  const planes = Array.from({ length: channels }, (_, c) => array.data.slice(c * size, (c + 1) * size) as Float32Array);
  const slots = planes.slice(3).flatMap((plane, slot) => (plane.some((value) => value > -1) ? [slot] : []));
  const image = tf.tidy(() =>
    tf.stack(
      planes.slice(0, 3).map((plane) => tf.tensor(plane, [1, height, width])),
      3,
    ),
  );
  const masks = tf.tidy(() =>
    tf.stack(slots.map((slot) => tf.tensor(planes[3 + slot] as Float32Array, [height, width, 1]))),
  );
  return { sample: { image: image as tf.Tensor4D, masks: masks as tf.Tensor4D }, slots, planes };
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

async function plane(image: tf.Tensor4D, channel: number): Promise<ArrayLike<number>> {
  const [, height, width] = image.shape;
  return tf.tidy(() => tf.slice(image, [0, 0, 0, channel], [1, height, width, 1])).data();
}

async function readStateDict(file: string): Promise<NamedArrays> {
  return readTorchStateDict(await readFile(parityFile(file)), parityFile(file));
}

function spectralStateFrom(arrays: NamedArrays): SpectralState {
  const state: SpectralState = new Map();
  for (const [name, { shape }] of arrays) {
    if (!name.endsWith('.u')) continue;
    const layer = name.slice(0, -2);
    const v = arrays.get(`${layer}.v`);
    state.set(layer, {
      u: tf.keep(tensorFromArray(arrays.get(name), shape, name)) as tf.Tensor1D,
      v: tf.keep(tensorFromArray(v, v?.shape ?? [], `${layer}.v`)) as tf.Tensor1D,
    });
  }
  return state;
}

async function checkGenerator(t: Test, file: string): Promise<void> {
  const { parameters, ngf, blocks } = importAuthorsGenerator(await readStateDict(file), file);
  const weights = tensorsFromArrays(setGeneratorSpecs({ ngf, blocks }), parameters, '', file);
  const io = await readParityArrays('generator_io.safetensors');
  t.same({ ngf, blocks }, { ngf: io.number('ngf'), blocks: io.number('n_blocks') });
  const { sample, slots } = sampleFrom(io.get('input'));
  const expected = sampleFrom(io.get('output'));
  const output = setGenerator(weights, { ngf, blocks }, { ...sample, counts: [slots.length] });
  for (let c = 0; c < 3; c++) {
    const difference = largestDifference(await plane(output.image, c), expected.planes[c] as Float32Array);
    t.ok(difference < OUTPUT_TOLERANCE, `image channel ${c} differs by ${difference}`);
  }
  for (const [row, slot] of slots.entries()) {
    const mask = await tf.tidy(() => tf.gather(output.masks, [row])).data();
    const difference = largestDifference(mask, expected.planes[3 + slot] as Float32Array);
    t.ok(difference < OUTPUT_TOLERANCE, `mask in slot ${slot} differs by ${difference}`);
  }
}

async function checkDiscriminator(t: Test): Promise<void> {
  const file = 'discriminator.pth';
  const { parameters, ndf } = importAuthorsDiscriminator(await readStateDict(file), file);
  const weights = tensorsFromArrays(setDiscriminatorSpecs({ ndf }), parameters, '', file);
  const spectral = spectralStateFrom(parameters);
  const io = await readParityArrays('discriminator_io.safetensors');
  t.equal(ndf, io.number('ndf'));
  const { sample, slots } = sampleFrom(io.get('input'));
  for (const call of ['output_first', 'output_second']) {
    advanceSpectralState(spectral, weights);
    const scores = tf.tidy(() => {
      const set = { ...sample, counts: [slots.length] };
      return setDiscriminator(spectrallyNormalised(weights, spectral), set).scores;
    });
    const difference = largestDifference(await scores.data(), io.get(call).data as Float32Array);
    t.ok(difference < OUTPUT_TOLERANCE, `${call} differs by ${difference}`);
  }
  const after = new Map(
    io.names.filter((name) => name.startsWith('after2.')).map((name) => [name.slice('after2.'.length), io.get(name)]),
  );
  const vectors = [...after].filter(([name]) => name.endsWith('weight_u'));
  t.equal(vectors.length, spectral.size, 'every layer has its vectors in the fixture');
  const converted = importAuthorsDiscriminator(
    new Map([...(await readStateDict(file)), ...after]),
    'after2',
  ).parameters;
  for (const [layer, { u, v }] of spectral) {
    const differences = [
      largestDifference(await u.data(), converted.get(`${layer}.u`)?.data as Float32Array),
      largestDifference(await v.data(), converted.get(`${layer}.v`)?.data as Float32Array),
    ];
    t.ok(Math.max(...differences) < OUTPUT_TOLERANCE, `singular vectors of ${layer} differ by ${differences}`);
  }
}

async function checkUnet(t: Test): Promise<void> {
  const file = 'unet.pth';
  const { parameters, ...size } = importAuthorsUnet(await readStateDict(file), file);
  const io = await readParityArrays('unet_io.safetensors');
  const [, outputs] = io.get('output').shape;
  t.same(size, { ngf: io.number('ngf'), levels: io.number('num_downs'), outputs, refine: 0 });
  const weights = tensorsFromArrays(unetSpecs(size), parameters, '', file);
  const output = tf.tidy(() => {
    const channelsFirst = tf.tensor(io.get('input').data as Float32Array, [...io.get('input').shape]);
    return unet(weights, size, tf.transpose(channelsFirst, [0, 2, 3, 1]) as tf.Tensor4D);
  });
  const difference = largestDifference(await output.data(), io.get('output').data as Float32Array);
  t.ok(difference < OUTPUT_TOLERANCE, `the mask differs by ${difference}`);
  const generator = await readStateDict('generator.pth');
  t.throws(() => importAuthorsUnet(generator, 'g.pth'), /g\.pth holds an InstaGAN generator, not a pix2pix U-Net/);
}

async function authorsState(): Promise<{ state: TrainingState; model: TranslationModel }> {
  const generator = async (file: string) => importAuthorsGenerator(await readStateDict(file), file);
  const discriminator = async (file: string) => {
    const { parameters, ndf } = importAuthorsDiscriminator(await readStateDict(file), file);
    const trained = new TrainedParameters(tensorsFromArrays(setDiscriminatorSpecs({ ndf }), parameters, '', file));
    return { ndf, state: { trained, spectral: spectralStateFrom(parameters) } };
  };
  const aToB = await generator('step_net_G_A.pth');
  const bToA = await generator('step_net_G_B.pth');
  const discriminatorA = await discriminator('step_net_D_B.pth');
  const discriminatorB = await discriminator('step_net_D_A.pth');
  const { ngf, blocks } = aToB;
  const model = translationModel({ ngf, blocks, ndf: discriminatorA.ndf });
  const trained = ({ parameters }: typeof aToB, file: string) =>
    new TrainedParameters(tensorsFromArrays(model.generatorSpecs, parameters, '', file));
  const state: TrainingState = {
    generatorAToB: trained(aToB, 'step_net_G_A.pth'),
    generatorBToA: trained(bToA, 'step_net_G_B.pth'),
    discriminatorA: discriminatorA.state,
    discriminatorB: discriminatorB.state,
    poolA: new ImagePool(50),
    poolB: new ImagePool(50),
  };
  return { state, model };
}

/** Settings of the fixture, with a fresh generator of random numbers. */
const authorsSettings = ({ instancesPerChunk, learningRate }: StepFixture, joinCalls: boolean) => ({
  joinCalls,
  keepGradients: true,
  config: {
    instancesPerChunk,
    weights: { cycle: 10, identity: 10, context: 10 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate,
  poolRng: createRng(0),
});

/** Inputs tried that differ from the fixture's by rounding errors only. */
const NEARBY_INPUTS = 8;
/** About the rounding error of a float32, relative. */
const ROUNDING = 1e-7;

/** Gradients of the first chunk for inputs that are the fixture's but for rounding errors. */
async function* gradientsNearby(
  a: DeviceSample,
  b: DeviceSample,
  settings: () => ReturnType<typeof authorsSettings>,
): AsyncGenerator<NetworkGradients> {
  for (let i = 0; i < NEARBY_INPUTS; i++) {
    const { state, model } = await authorsState();
    const rounded = ({ image, masks }: DeviceSample, name: string): DeviceSample => {
      const rng = createRng(4, 'rounding', name, i);
      const factors = Float32Array.from({ length: image.size }, () => 1 + ROUNDING * (2 * rng.uniform() - 1));
      return { image: tf.mul(image, tf.tensor(factors, image.shape)), masks };
    };
    const samples = [rounded(a, 'a'), rounded(b, 'b')] as const;
    try {
      for (const { gradients } of trainStep(state, model, [samples[0]], [samples[1]], settings())) {
        yield gradients;
        break;
      }
    } finally {
      disposeTrainingState(state);
      tf.dispose(samples.map(({ image }) => image));
    }
  }
}

async function checkStep(t: Test, joinCalls: boolean): Promise<void> {
  const fixture = await readStepFixture();
  const { state, model } = await authorsState();
  const a = sampleFrom(fixture.samples.A);
  const b = sampleFrom(fixture.samples.B);
  const settings = () => authorsSettings(fixture, joinCalls);
  let chunk = 0;
  for (const { measurements, gradients } of trainStep(state, model, [a.sample], [b.sample], settings())) {
    const expected = fixture.chunks[chunk] ?? new Map();
    const losses = [...measurements.keys()].filter(isLossName);
    const actual = await readMeasurements([measurements]);
    t.same(losses.sort(), [...expected.keys()].sort(), `chunk ${chunk} has the losses of the domains that take part`);
    const tolerance = chunk === 0 ? LOSS_TOLERANCE.firstChunk : LOSS_TOLERANCE.laterChunks;
    for (const [name, theirs] of expected) {
      const difference = Math.abs(actual[name] - theirs) / theirs;
      t.ok(difference < tolerance, `chunk ${chunk}: ${name} differs by ${difference} relative`);
    }
    if (chunk === 0) await checkGradients(t, fixture, gradients, () => gradientsNearby(a.sample, b.sample, settings));
    chunk++;
  }
  t.equal(chunk, fixture.chunks.length, 'as many chunks as the authors have');
  disposeTrainingState(state);
}

const NETWORKS = [
  ['G_A', 'generatorAToB', importAuthorsGenerator],
  ['G_B', 'generatorBToA', importAuthorsGenerator],
  ['D_B', 'discriminatorA', importAuthorsDiscriminator],
  ['D_A', 'discriminatorB', importAuthorsDiscriminator],
] as const;

/** @param nearby gradients for inputs that differ by rounding errors */
async function checkGradients(
  t: Test,
  { arrays, float64 }: StepFixture,
  gradients: NetworkGradients,
  nearby: () => AsyncIterable<NetworkGradients>,
): Promise<void> {
  for (const [theirs, ours, convert] of NETWORKS) {
    const prefix = `pass0.grad.${theirs}.`;
    const vectors = [...(await readStateDict(`step_net_${theirs}.pth`))].filter(([name]) => /_[uv]$/.test(name));
    const gradientsIn = (source: ParityArrays): NamedArrays => {
      const own = source.names.filter((name) => name.startsWith(prefix));
      const named = own.map((name) => [name.slice(prefix.length), source.get(name)] as const);
      const converted = convert(new Map([...named, ...vectors]), prefix).parameters;
      return new Map([...converted].filter(([name]) => !/\.[uv]$/.test(name)));
    };
    const stored = gradientsIn(arrays);
    const isGenerator = theirs.startsWith('G');
    const exact = isGenerator && float64 !== null ? gradientsIn(float64) : null;
    t.same(
      [...gradients[ours].keys()].sort(),
      [...stored.keys()].sort(),
      `every parameter of ${ours} has its gradient`,
    );
    const references = exact === null ? [stored] : [exact, stored];
    // Where only the stored gradients are known, ours may be off by their error as well.
    const tolerance = GRADIENT_TOLERANCE + (isGenerator && exact === null ? STORED_GRADIENT_ERROR : 0);
    let worst = await worstGradient(gradients[ours], references);
    if (isGenerator && worst.difference >= tolerance) {
      for await (const others of nearby()) {
        const other = await worstGradient(others[ours], references);
        if (other.difference < worst.difference) worst = other;
        if (worst.difference < tolerance) break;
      }
    }
    t.ok(worst.difference < tolerance, `gradients of ${ours}: worst is ${worst.name}, ${worst.difference}`);
    if (exact !== null) {
      const { difference } = worstDifference(stored, (name) => exact.get(name)?.data as Float32Array);
      const stated = float64?.number('stored_error') as number;
      t.ok(stated < STORED_GRADIENT_ERROR, 'the stored gradients are those of the float64 ones but for kinks');
      t.ok(difference < 1.01 * stated, `stored gradients of ${theirs} are off by ${difference}, as said: ${stated}`);
    }
    checkDroppedBiases(t, arrays, prefix);
  }
}

/** Biases in front of an instance norm do not exist here: the fixture's gradients for them are noise. */
function checkDroppedBiases(t: Test, io: ParityArrays, prefix: string): void {
  const kept = /(decoder_(img|seg)\.7|feature_(img|seg)\.0\.module|classifier\.3\.module)\.bias$/;
  const own = io.names.filter((name) => name.startsWith(prefix));
  const dropped = own.filter((name) => name.endsWith('.bias') && !kept.test(name));
  t.ok(dropped.length > 0, `${prefix} has biases before an instance norm`);
  const largest = (names: readonly string[]) =>
    Math.max(
      ...names.map((name) =>
        largestDifference(io.get(name).data as Float32Array, new Float32Array(io.get(name).data.length)),
      ),
    );
  const noise = largest(dropped) / largest(own);
  t.ok(noise < NOISE_OF_GRADIENTS, `their gradients are 0 but for noise of ${noise} of the largest gradient`);
}

interface Worst {
  readonly name: string;
  readonly difference: number;
}

/** The gradient that differs most from the reference that is nearest to all of them. */
async function worstGradient(
  gradients: NetworkGradients[keyof NetworkGradients],
  references: readonly NamedArrays[],
): Promise<Worst> {
  const actual = new Map<string, ArrayLike<number>>();
  for (const [name, gradient] of gradients) actual.set(name, await gradient.data());
  const worst = references.map((expected) => worstDifference(expected, (name) => actual.get(name)));
  return worst.sort((a, b) => a.difference - b.difference)[0] as Worst;
}

/** The tensor that differs most, relative to its largest expected value. */
function worstDifference(expected: NamedArrays, actual: (name: string) => ArrayLike<number> | undefined): Worst {
  let worst = { name: '', difference: 0 };
  for (const [name, { data }] of expected) {
    const values = data as Float32Array;
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const difference = largestDifference(actual(name) ?? [], values) / scale;
    if (!(difference <= worst.difference)) worst = { name, difference };
  }
  return worst;
}

/** The acceptance checks against the authors' numbers; the backend is open. */
export function paritySuite(t: Test): void {
  t.test("the generator gives what the authors' gives, from both file formats", async (t) => {
    await checkGenerator(t, 'generator.pth');
    await checkGenerator(t, 'generator_legacy.pth');
  });
  t.test("the discriminator gives what the authors' gives, twice in a row", (t) => checkDiscriminator(t));
  t.test("the segmenter's U-Net gives what the authors' gives", (t) => checkUnet(t));
  for (const joinCalls of [false, true]) {
    const how = joinCalls ? ', with calls of equal weights joined' : '';
    t.test(`a training step has the authors' losses and gradients${how}`, { timeout: STEP_TIMEOUT_MS }, (t) =>
      checkStep(t, joinCalls),
    );
  }
}
