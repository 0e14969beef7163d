import {
  createRng,
  type InstanceSet,
  initialParameters,
  joinSamples,
  setDiscriminator,
  setDiscriminatorSpecs,
  setGenerator,
  setGeneratorSpecs,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { difference, EQUAL, SIZE, upload } from './tiny-model.ts';

/** Masks of a single sample in another order. */
function reordered({ image, masks, counts }: InstanceSet, order: readonly number[]): InstanceSet {
  return { image, masks: tf.gather(masks, [...order]), counts };
}

/** The generator is equivariant in the masks, invariant in the image, and makes of a batch what it makes of single samples. */
export async function checkGenerator(t: Test): Promise<void> {
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

/** The discriminator is invariant in the masks, and scores a batch as it scores single samples. */
export async function checkDiscriminator(t: Test): Promise<void> {
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
