import {
  advanceSpectralState,
  type DeviceSample,
  type InstanceSet,
  initialTrainingState,
  type Parameters,
  type TrainingState,
  type TranslationModel,
} from '@instagan/core';
import { type DiscriminatorState, type StateParts, uploadSamples } from '@instagan/core/internals/instagan';
import { tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import { relativeDistance } from '../../helpers/float64.ts';

/** The networks that all checks of the model train. */
export const SIZE = { ngf: 2, ndf: 2, blocks: 1 };
/** Of their images: the smallest that the discriminator scores. */
export const SIDE_PX = 24;
/** Mask channels of a chunk, over which losses average. */
export const SLOTS = 2;
/** So high that a step changes every weight. */
export const LEARNING_RATE = { generator: 2e-3, discriminator: 2e-3 };
const SEED = 3;
const POOL_SIZE = 2;

/** Largest difference of images, masks, scores and losses that are equal but for rounding. */
export const EQUAL = 1e-5;
/** That of gradients, relative to their largest element. */
export const GRADIENTS_EQUAL = 1e-4;

type View = TranslationModel['view'];

/** One sample for each number of instances, the same for the same label; `view` is what a model sees of it. */
export function upload(counts: readonly number[], label: string, view: View = (sample) => sample): DeviceSample[] {
  return uploadSamples(counts.map((count, i) => view(tinySample(`${label}${i}`, count, SIDE_PX))));
}

/** The state from which every check begins. */
export function stateBefore(model: TranslationModel, parts: StateParts = {}): TrainingState {
  return initialTrainingState(model, SEED, POOL_SIZE, parts);
}

/** The power iteration with which an update begins. */
export function advance({ trained, spectral }: DiscriminatorState): void {
  tf.tidy(() => advanceSpectralState(spectral, trained.parameters));
}

/** Largest difference of two values at the same place. */
export async function difference(actual: tf.Tensor, expected: tf.Tensor): Promise<number> {
  const [a, b] = [await actual.data(), await expected.data()];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, value] of a.entries()) largest = Math.max(largest, Math.abs(value - b[i]!));
  return largest;
}

/**
 * Mean distance of image and masks together, over all their channels.
 *
 * @param seen where it counts, 1 or 0, `[batch, height, width, 1]`; everywhere by default
 */
export function meanDistance(output: InstanceSet, target: InstanceSet, seen: tf.Tensor = tf.scalar(1)): tf.Scalar {
  const sum = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.abs(tf.mul(tf.sub(x, y), seen)));
  const [batch, height, width] = target.image.shape;
  const total = tf.add(sum(output.image, target.image), sum(output.masks, target.masks));
  return tf.div(total, batch * height * width * (3 + SLOTS));
}

/** The mean of (score - target)^2. */
export function meanSquare(scores: tf.Tensor, target: number): tf.Scalar {
  return tf.mean(tf.square(tf.sub(scores, target)));
}

/** A loss and its gradient by each of its parameters. */
export interface Differentiated {
  readonly value: tf.Scalar;
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/** Differentiates a loss in one piece, as its equation says. */
export function differentiated(parameters: Parameters, loss: (own: Parameters) => tf.Scalar): Differentiated {
  const names = [...parameters.keys()];
  const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) =>
    loss(new Map(names.map((name, i) => [name, values[i] as tf.Tensor]))),
  )([...parameters.values()]);
  return { value: value as tf.Scalar, gradients: new Map(names.map((name, i) => [name, grads[i] as tf.Tensor])) };
}

/** What a gradient is off by, relative to the largest element of the expected one; infinite if it is not there. */
export async function gradientError(found: ArrayLike<number> | undefined, expected: tf.Tensor): Promise<number> {
  return relativeDistance(found ?? [], await expected.data());
}

/** The values of tensors by their names, as they are now. */
export async function valuesOf(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) values.set(name, Float32Array.from(await tensor.data()));
  return values;
}
