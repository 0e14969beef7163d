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
import { type ParityArrays, parityFile, readFloat64Gradients, readParityArrays } from '../helpers/parity-folder.ts';

/** Largest difference of network outputs; the values are in [-1, 1]. */
const OUTPUT_TOLERANCE = 1e-4;
const LOSS_TOLERANCE = [1e-4, 1e-2];
const GRADIENT_TOLERANCE = 1e-3;
/** How far the stored float32 gradients of the generators are from float64 ones (`fixtures/parity-float64/README.md`). */
const STORED_GRADIENT_ERROR = 3e-3;
/** The true gradient is 0 for biases in front of an instance norm; what the authors' code stores is noise. */
const NO_GRADIENT = 1e-5;

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
  const weights = tensorsFromArrays(setDiscriminatorSpecs(ndf), parameters, '', file);
  const spectral = spectralStateFrom(parameters);
  const io = await readParityArrays('discriminator_io.safetensors');
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
  t.same(size, { ngf: 8, levels: 5, outputs: 1, refine: 0 });
  const weights = tensorsFromArrays(unetSpecs(size), parameters, '', file);
  const io = await readParityArrays('unet_io.safetensors');
  const [, , height = 0, width = 0] = io.get('input').shape;
  const output = tf.tidy(() => {
    const channelsFirst = tf.tensor(io.get('input').data as Float32Array, [1, 3, height, width]);
    return unet(weights, size, tf.transpose(channelsFirst, [0, 2, 3, 1]) as tf.Tensor4D);
  });
  const difference = largestDifference(await output.data(), io.get('output').data as Float32Array);
  t.ok(difference < OUTPUT_TOLERANCE, `the mask differs by ${difference}`);
  const generator = await readStateDict('generator.pth');
  t.throws(() => importAuthorsUnet(generator, 'g.pth'), /g\.pth holds an InstaGAN generator, not a pix2pix U-Net/);
}

const LOSS_NAMES = {
  generatorA: 'G_A',
  cycleA: 'cyc_A',
  identityA: 'idt_B',
  contextA: 'ctx_A',
  discriminatorB: 'D_A',
  generatorB: 'G_B',
  cycleB: 'cyc_B',
  identityB: 'idt_A',
  contextB: 'ctx_B',
  discriminatorA: 'D_B',
} as const;

type AuthorsLosses = Record<(typeof LOSS_NAMES)[keyof typeof LOSS_NAMES], number>;

async function authorsState(): Promise<{ state: TrainingState; model: TranslationModel }> {
  const generator = async (file: string) => importAuthorsGenerator(await readStateDict(file), file);
  const discriminator = async (file: string) => {
    const { parameters, ndf } = importAuthorsDiscriminator(await readStateDict(file), file);
    const trained = new TrainedParameters(tensorsFromArrays(setDiscriminatorSpecs(ndf), parameters, '', file));
    return { trained, spectral: spectralStateFrom(parameters) };
  };
  const aToB = await generator('step_net_G_A.pth');
  const bToA = await generator('step_net_G_B.pth');
  const model = translationModel({ ngf: aToB.ngf, blocks: aToB.blocks, ndf: 4 });
  const trained = ({ parameters }: typeof aToB, file: string) =>
    new TrainedParameters(tensorsFromArrays(model.generatorSpecs, parameters, '', file));
  const state: TrainingState = {
    generatorAToB: trained(aToB, 'step_net_G_A.pth'),
    generatorBToA: trained(bToA, 'step_net_G_B.pth'),
    discriminatorA: await discriminator('step_net_D_B.pth'),
    discriminatorB: await discriminator('step_net_D_A.pth'),
    poolA: new ImagePool(50),
    poolB: new ImagePool(50),
  };
  return { state, model };
}

/** One array `[1, 3 + slots, height, width]` of an image and its mask slots. */
function joined(image: NamedArray, masks: NamedArray): NamedArray {
  const [, , height = 0, width = 0] = image.shape;
  const data = Float32Array.from([...(image.data as Float32Array), ...(masks.data as Float32Array)]);
  return { shape: [1, data.length / (height * width), height, width], data };
}

/** Settings of the fixture, with a fresh generator of random numbers. */
const authorsSettings = (joinCalls: boolean) => ({
  joinCalls,
  keepGradients: true,
  config: {
    instancesPerChunk: 2,
    weights: { cycle: 10, identity: 10, context: 10 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate: { generator: 2e-4, discriminator: 2e-4 },
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
  joinCalls: boolean,
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
      for (const { gradients } of trainStep(state, model, [samples[0]], [samples[1]], authorsSettings(joinCalls))) {
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
  const io = await readParityArrays('step.safetensors');
  const losses = JSON.parse(await readFile(parityFile('step_losses.json'), 'utf8')) as AuthorsLosses[];
  const { state, model } = await authorsState();
  const a = sampleFrom(joined(io.get('A'), io.get('selected_A_segs')));
  const b = sampleFrom(joined(io.get('B'), io.get('selected_B_segs')));
  t.same([a.slots.length, b.slots.length], [3, 1], 'the fixture lets B sit the second chunk out');
  const chunks = trainStep(state, model, [a.sample], [b.sample], authorsSettings(joinCalls));
  let chunk = 0;
  for (const { measurements, gradients } of chunks) {
    const present = new Set(measurements.keys());
    const actual = await readMeasurements([measurements]);
    for (const [name, theirs] of Object.entries(LOSS_NAMES) as [keyof typeof LOSS_NAMES, keyof AuthorsLosses][]) {
      if (chunk === 1 && !present.has(name)) continue;
      const expected = losses[chunk]?.[theirs] as number;
      const difference = Math.abs(actual[name] - expected) / expected;
      t.ok(difference < (LOSS_TOLERANCE[chunk] as number), `chunk ${chunk}: ${name} differs by ${difference} relative`);
    }
    if (chunk === 0) await checkGradients(t, io, gradients, () => gradientsNearby(a.sample, b.sample, joinCalls));
    else t.notOk(present.has('generatorB'), 'the domain without a second chunk has no losses there');
    chunk++;
  }
  t.equal(chunk, 2, 'two chunks of two instances');
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
  io: ParityArrays,
  gradients: NetworkGradients,
  nearby: () => AsyncIterable<NetworkGradients>,
): Promise<void> {
  const float64 = await readFloat64Gradients();
  for (const [theirs, ours, convert] of NETWORKS) {
    const prefix = `pass0.grad.${theirs}.`;
    const vectors = [...(await readStateDict(`step_net_${theirs}.pth`))].filter(([name]) => /_[uv]$/.test(name));
    const gradientsIn = (arrays: ParityArrays): NamedArrays => {
      const own = arrays.names.filter((name) => name.startsWith(prefix));
      const named = own.map((name) => [name.slice(prefix.length), arrays.get(name)] as const);
      const converted = convert(new Map([...named, ...vectors]), prefix).parameters;
      return new Map([...converted].filter(([name]) => !/\.[uv]$/.test(name)));
    };
    const stored = gradientsIn(io);
    const isGenerator = theirs.startsWith('G');
    const exact = isGenerator ? gradientsIn(float64) : stored;
    t.same([...gradients[ours].keys()].sort(), [...exact.keys()].sort(), `every parameter of ${ours} has its gradient`);
    const references = isGenerator ? [exact, stored] : [stored];
    let worst = await worstGradient(gradients[ours], references);
    if (isGenerator && worst.difference >= GRADIENT_TOLERANCE) {
      for await (const others of nearby()) {
        const other = await worstGradient(others[ours], references);
        if (other.difference < worst.difference) worst = other;
        if (worst.difference < GRADIENT_TOLERANCE) break;
      }
    }
    t.ok(worst.difference < GRADIENT_TOLERANCE, `gradients of ${ours}: worst is ${worst.name}, ${worst.difference}`);
    if (isGenerator) {
      const rounding = worstDifference(stored, (name) => exact.get(name)?.data as Float32Array);
      t.ok(
        rounding.difference < STORED_GRADIENT_ERROR,
        `stored gradients of ${theirs} are off by ${rounding.difference}`,
      );
    }
    checkDroppedBiases(t, io, prefix);
  }
}

/** Biases in front of an instance norm do not exist here: the fixture's gradients for them are noise. */
function checkDroppedBiases(t: Test, io: ParityArrays, prefix: string): void {
  const kept = /(decoder_(img|seg)\.7|feature_(img|seg)\.0\.module|classifier\.3\.module)\.bias$/;
  const dropped = io.names.filter((name) => name.startsWith(prefix) && name.endsWith('.bias') && !kept.test(name));
  t.ok(dropped.length > 0, `${prefix} has biases before an instance norm`);
  const noise = Math.max(
    ...dropped.map((name) =>
      largestDifference(io.get(name).data as Float32Array, new Float32Array(io.get(name).data.length)),
    ),
  );
  t.ok(noise < NO_GRADIENT, `their gradients are 0 but for noise of ${noise}`);
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
    t.test(`a training step has the authors' losses and gradients${how}`, (t) => checkStep(t, joinCalls));
  }
}
