import {
  convolution,
  createRng,
  HALVING,
  lossAndGradients,
  type Parameters,
  parameter,
  type Rng,
  type Sample,
  TrainedParameters,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { CROP_PX, cropSquare, squareAround } from './object-crop.ts';

/** Tells from a crop around an object to which domain it belongs. */
export interface DomainClassifier {
  /** @returns for each of the crops, `[CROP_PX, CROP_PX, 3]`, the probability of domain B */
  probabilitiesOfB(crops: readonly Float32Array[]): Float32Array;
  dispose(): void;
}

export interface ClassifierOptions {
  readonly steps: number;
  readonly seed: number;
}

const CHANNELS = [3, 16, 32, 64];
const FEATURES = (CROP_PX / 8) ** 2 * 64;
/** Crops of each domain in a step. */
const BATCH = 16;
const LEARNING_RATE = 1e-3;
const ADAM = { beta1: 0.9, beta2: 0.999 };
const LEAKY = { kind: 'leakyRelu', slope: 0.2 } as const;

/**
 * Trains a small network on crops around the true objects of both domains: three 4x4 convolutions that halve the size,
 * then one fully connected layer; cross-entropy, Adam, as many crops of A as of B in each step, moved, scaled, mirrored
 * and changed in brightness anew each time.
 *
 * @param a samples of domain A, all of one size; those without masks are left out
 * @throws Error if a domain has no object at all
 */
export function trainDomainClassifier(
  a: readonly Sample[],
  b: readonly Sample[],
  { steps, seed }: ClassifierOptions,
): DomainClassifier {
  const rng = createRng(seed, 'domain-classifier');
  const objects = [a, b].map((samples) => samples.flatMap((sample) => sample.masks.map((mask) => ({ sample, mask }))));
  if (objects.some((each) => each.length === 0)) throw new Error('A classifier needs objects of both domains.');
  const drawCrop = (domain: number): Float32Array => {
    const those = objects[domain] as (typeof objects)[number];
    const { sample, mask } = those[rng.integer(those.length)] as (typeof those)[number];
    const brightness = 0.2 * (2 * rng.uniform() - 1);
    return cropSquare(sample.image, sample, squareAround(mask, sample, rng)).map((value) => value + brightness);
  };
  const trained = new TrainedParameters(freshParameters(rng));
  const labels = Array.from({ length: 2 * BATCH }, (_, i) => i % 2);
  for (let step = 0; step < steps; step++) {
    const crops = labels.map(drawCrop);
    tf.tidy(() => {
      const { gradients } = lossAndGradients(
        () => tf.losses.sigmoidCrossEntropy(labels, logitsOf(trained.parameters, crops)) as tf.Scalar,
        [trained.parameters],
      );
      trained.update(gradients[0] ?? new Map(), trained.nextRates(LEARNING_RATE, ADAM), ADAM);
    });
  }
  return {
    probabilitiesOfB: (crops) =>
      crops.length === 0
        ? new Float32Array()
        : tf.tidy(() => tf.sigmoid(logitsOf(trained.parameters, crops)).dataSync() as Float32Array),
    dispose: () => trained.dispose(),
  };
}

/** Normal values of variance 2 / inputs (He et al. 2015). */
function freshParameters(rng: Rng): Map<string, tf.Tensor> {
  const parameters = new Map<string, tf.Tensor>();
  const add = (layer: string, shape: number[]) => {
    const outputs = shape.at(-1) as number;
    const size = shape.reduce((product, side) => product * side, 1);
    const deviation = Math.sqrt((2 * outputs) / size);
    parameters.set(
      `${layer}.weight`,
      tf.tensor(
        Float32Array.from({ length: size }, () => deviation * rng.normal()),
        shape,
      ),
    );
    parameters.set(`${layer}.bias`, tf.zeros([outputs]));
  };
  for (const [layer, inputs] of CHANNELS.slice(0, -1).entries()) {
    add(`conv${layer}`, [4, 4, inputs, CHANNELS[layer + 1] as number]);
  }
  add('out', [FEATURES, 1]);
  return parameters;
}

/** @returns `[crops]`, above 0 for domain B */
function logitsOf(parameters: Parameters, crops: readonly Float32Array[]): tf.Tensor1D {
  const values = new Float32Array(crops.length * CROP_PX * CROP_PX * 3);
  for (const [i, crop] of crops.entries()) values.set(crop, i * crop.length);
  let h = tf.tensor4d(values, [crops.length, CROP_PX, CROP_PX, 3]);
  for (const layer of [0, 1, 2]) {
    const bias = parameter<tf.Tensor1D>(parameters, `conv${layer}.bias`);
    h = convolution(h, parameter(parameters, `conv${layer}.weight`), HALVING, bias, LEAKY);
  }
  const features = tf.reshape(h, [crops.length, FEATURES]);
  const scores = tf.matMul(features, parameter<tf.Tensor2D>(parameters, 'out.weight'));
  return tf.reshape(tf.add(scores, parameter<tf.Tensor1D>(parameters, 'out.bias')), [crops.length]);
}
