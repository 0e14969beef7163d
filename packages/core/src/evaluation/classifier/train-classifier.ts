import * as tf from '@tensorflow/tfjs';
import type { DomainName, Sample } from '../../data/sample.ts';
import { UserError } from '../../errors.ts';
import { lossAndGradients } from '../../optimizer/gradients.ts';
import { TrainedParameters } from '../../optimizer/trained-parameters.ts';
import { createRng } from '../../random/rng.ts';
import { shapeOf } from '../metrics/shapes.ts';
import { drawTrainingCrop, PATCH_PX, patchSquare } from './augment-crop.ts';
import { classify, freshClassifier } from './classifier-network.ts';
import { type ClassifierAccuracy, DomainClassifier, type TrainedClassifier } from './domain-classifier.ts';
import { CROP_PX, cropSquare, type ObjectCrop, squareAround } from './object-crop.ts';

/** Crops in an update, half of them of each domain. */
const BATCH = 32;
const LEARNING_RATE = 1e-3;
const ADAM = { beta1: 0.9, beta2: 0.999 };
/** One image in so many is held out; at most {@link MAX_HELD_OUT} of a domain. */
const HELD_OUT_EACH = 8;
const MAX_HELD_OUT = 60;

export interface ClassifierTraining {
  /** Updates. */
  readonly steps: number;
  readonly seed: number;
  /** Told after each update. */
  readonly progress?: (step: number) => void;
}

/** The real images of one domain, decoded one after the other. */
export type RealImages = AsyncIterable<Sample> | Iterable<Sample>;

/**
 * Trains a small network that tells objects of two domains apart, on crops around them and on objects alone: cross-entropy, Adam with a
 * rate that falls to 0, as many crops of A as of B. One image in eight is held out and gives its accuracy.
 *
 * @throws UserError if a domain has fewer than two images with objects
 */
export async function trainClassifier(
  images: Readonly<Record<DomainName, RealImages>>,
  { steps, seed, progress }: ClassifierTraining,
): Promise<TrainedClassifier> {
  const a = await cutPatches(images.A, 'A');
  const b = await cutPatches(images.B, 'B');
  const trained = new TrainedParameters(freshClassifier(createRng(seed, 'classifier')));
  const labels = Float32Array.from({ length: BATCH }, (_, i) => i % 2);
  for (let step = 0; step < steps; step++) {
    const rng = createRng(seed, 'classifier', step);
    const crops = new Float32Array(BATCH * CROP_PX ** 2 * 3);
    for (let i = 0; i < BATCH; i++) {
      const { train } = i % 2 === 0 ? a : b;
      crops.set(drawTrainingCrop(train[rng.integer(train.length)] as ObjectCrop, rng), i * CROP_PX ** 2 * 3);
    }
    tf.tidy(() => {
      const batch = tf.tensor4d(crops, [BATCH, CROP_PX, CROP_PX, 3]);
      const { gradients } = lossAndGradients(
        () => crossEntropy(classify(trained.parameters, batch).logits, tf.tensor1d(labels)),
        [trained.parameters],
      );
      const rates = trained.nextRates(LEARNING_RATE * (1 - step / steps), ADAM);
      trained.update(gradients[0] ?? new Map(), rates, ADAM);
    });
    progress?.(step + 1);
    await new Promise((resume) => setImmediate(resume));
  }
  for (const { m, v } of trained.moments.values()) tf.dispose([m, v]);
  const classifier = new DomainClassifier(trained.parameters);
  const accuracy = await accuracyOf(classifier, a.heldOut, b.heldOut);
  return { classifier, accuracy, shapes: { A: a.shapes, B: b.shapes } };
}

/** Of the probability `sigmoid(logit)`. @param labels 1 for domain B, else 0 */
function crossEntropy(logits: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, labels)));
}

interface Patches {
  readonly train: readonly ObjectCrop[];
  readonly heldOut: readonly ObjectCrop[];
  /** Of all objects. */
  readonly shapes: readonly Uint8Array[];
}

async function cutPatches(images: RealImages, domain: DomainName): Promise<Patches> {
  const [train, heldOut]: [ObjectCrop[], ObjectCrop[]] = [[], []];
  const shapes: Uint8Array[] = [];
  let [index, held] = [0, 0];
  for await (const sample of images) {
    const patches = sample.masks.flatMap((mask) => {
      const square = squareAround(mask, sample);
      return square === null ? [] : [cropSquare({ ...sample, mask }, patchSquare(square), PATCH_PX)];
    });
    shapes.push(...sample.masks.flatMap((mask) => shapeOf(mask, sample) ?? []));
    if (patches.length === 0) continue;
    const isHeldOut = index++ % HELD_OUT_EACH === 1 && held < MAX_HELD_OUT;
    if (isHeldOut) held++;
    (isHeldOut ? heldOut : train).push(...patches);
  }
  if (heldOut.length > 0) return { train, heldOut, shapes };
  throw new UserError(
    `A classifier needs at least 2 training images of domain ${domain} with masks, and there ${index === 1 ? 'is 1' : 'is none'}: add some.`,
  );
}

async function accuracyOf(
  classifier: DomainClassifier,
  a: readonly ObjectCrop[],
  b: readonly ObjectCrop[],
): Promise<ClassifierAccuracy> {
  const middle = { x: PATCH_PX / 2, y: PATCH_PX / 2, side: CROP_PX };
  const crops = [...a, ...b].map((patch) =>
    cropSquare({ ...patch, width: PATCH_PX, height: PATCH_PX }, middle, CROP_PX),
  );
  const classified = await classifier.classify(crops);
  const share = (kind: 'plain' | 'masked') => {
    const right = (from: number, to: number, isB: boolean) =>
      classified.slice(from, to).filter((each) => each[kind] > 0.5 === isB).length / (to - from);
    // Both domains count alike, however many objects each has.
    return (right(0, a.length, false) + right(a.length, crops.length, true)) / 2;
  };
  return { plain: share('plain'), masked: share('masked'), objects: crops.length };
}
