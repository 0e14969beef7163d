import * as tf from '@tensorflow/tfjs';
import type { SizePx } from '../data/transform-draw.ts';
import { compiled } from '../programs/compiled.ts';
import type { Translator } from './translation-model.ts';

/** What a generator takes of one image, and gives back: values in [-1, 1]. */
export interface Generated {
  /** `[height, width, 3]`. */
  readonly image: Float32Array;
  /** Of the instances that change, `[height, width]`; none for a model that sees no masks. */
  readonly masks: readonly Float32Array[];
}

/** Runs the generator on images of one size, all at once. */
export async function generateSamples(
  { model, parameters, programs }: Translator,
  samples: readonly Generated[],
  { height, width }: SizePx,
): Promise<readonly Generated[]> {
  const pixels = height * width;
  // A network of instances always sees one.
  const counts = samples.map(({ masks }) => Math.max(1, masks.length));
  const images = new Float32Array(samples.length * pixels * 3);
  const planes = new Float32Array(counts.reduce((sum, count) => sum + count, 0) * pixels).fill(-1);
  let row = 0;
  for (const [i, { image, masks }] of samples.entries()) {
    images.set(image, i * pixels * 3);
    for (const [n, mask] of masks.entries()) planes.set(mask, (row + n) * pixels);
    row += counts[i] as number;
  }
  const hasMasks = samples.some(({ masks }) => masks.length > 0);
  const given = {
    image: tf.tensor4d(images, [samples.length, height, width, 3]),
    masks: tf.tensor4d(planes, [row, height, width, 1]),
    counts,
  };
  const generate = compiled(
    `translation by ${model.key}`,
    (set: typeof given) => {
      const { image, masks } = model.generate(parameters, set);
      return hasMasks ? { image, masks } : { image };
    },
    { captured: parameters, programs },
  );
  let output: ReturnType<typeof generate> | undefined;
  try {
    output = generate(given);
    const masks = (await output.masks?.data()) as Float32Array | undefined;
    const image = (await output.image.data()) as Float32Array;
    let first = 0;
    return samples.map((sample, i) => {
      const own = sample.masks.map(
        (_, n) => masks?.slice((first + n) * pixels, (first + n + 1) * pixels) as Float32Array,
      );
      first += counts[i] as number;
      return { image: samples.length === 1 ? image : image.slice(i * pixels * 3, (i + 1) * pixels * 3), masks: own };
    });
  } finally {
    tf.dispose([given.image, given.masks, { ...output }]);
  }
}
