import * as tf from '@tensorflow/tfjs';
import { type DecoderSettings, decoder, decoderSpecs } from '../../networks/decoder.ts';
import { type EncoderSettings, encoder, encoderSpecs } from '../../networks/encoder.ts';
import type { InstanceSet } from '../../networks/instance-set.ts';
import type { ParameterSpec, Parameters } from '../../networks/parameters.ts';
import { setSpread, setSum } from '../../ops/set-sum.ts';
import { straightThroughDilation, straightThroughSign } from '../../ops/straight-through.ts';

/** How a mask from the decoder, with values in [-1, 1], is turned into the translated mask. */
const MASK_VALUES = {
  soft: <T extends tf.Tensor>(masks: T) => masks,
  binary: straightThroughSign,
} as const;

/** What decides the parts of a generator; each part takes its own of them. */
export interface GeneratorSettings extends EncoderSettings, DecoderSettings {
  /**
   * Whether translated masks have any value in [-1, 1] (`soft`) or -1 and 1 alone (`binary`), as real masks do: then the way back
   * finds in them no more than shapes, and a discriminator cannot tell them by their edges. @default 'soft', as the authors do
   */
  readonly maskValues?: keyof typeof MASK_VALUES;
  /**
   * Whether the image is the generator's everywhere (`translated`), or the input's (`keep`) outside the masks of input and
   * output, which are grown by a pixel for their soft edges. @default 'translated', as the authors do
   */
  readonly background?: 'translated' | 'keep';
}

/** Sides of images: the encoder halves twice, and padding reflects three pixels of what is left. */
export const SIDE_PX = { multipleOf: 4, min: 16 } as const;

export function setGeneratorSpecs(settings: GeneratorSettings): ParameterSpec[] {
  const { ngf } = settings;
  return [
    ...encoderSpecs('imageEncoder', 3, settings),
    ...encoderSpecs('maskEncoder', 1, settings),
    ...decoderSpecs('imageDecoder', 2 * ngf, 3, settings),
    ...decoderSpecs('maskDecoder', 3 * ngf, 1, settings),
  ];
}

/**
 * The set generator G (paper, section 2.2, equations 1 and 2): translates an image x together with the masks a_n of
 * its instances,
 *
 *     h   = f_GX(x) joined with sum_n f_GA(a_n)
 *     x'  = g_GX(h)
 *     a_n' = g_GA(f_GA(a_n) joined with h).
 *
 * The image is invariant to the order of the instances, and the masks follow it (equivariance).
 *
 * @param set height and width multiples of 4, at least 16
 * @returns the translated image and masks, in the shapes and order of `set`
 * @throws Error if height or width is not a multiple of 4
 */
export function setGenerator(parameters: Parameters, settings: GeneratorSettings, set: InstanceSet): InstanceSet {
  const { image, masks, counts } = set;
  const [, height, width] = image.shape;
  if (height % SIDE_PX.multipleOf !== 0 || width % SIDE_PX.multipleOf !== 0) {
    throw new Error(`The generator takes sizes that are multiples of 4, not ${height}x${width}.`);
  }
  const imageFeatures = encoder(parameters, 'imageEncoder', settings, image);
  const maskFeatures = encoder(parameters, 'maskEncoder', settings, masks);
  const context = tf.concat([imageFeatures, setSum(maskFeatures, counts)], 3);
  const ofInstances = tf.concat([maskFeatures, setSpread(context, counts)], 3);
  const output = {
    image: decoder(parameters, 'imageDecoder', settings, context),
    masks: MASK_VALUES[settings.maskValues ?? 'soft'](decoder(parameters, 'maskDecoder', settings, ofInstances)),
    counts,
  };
  return settings.background === 'keep' ? { ...output, image: onBackground(set, output) } : output;
}

/** x + c (x' - x), where c is how far the masks of x and x' cover a pixel: min(1, sum over both of (m + 1) / 2), grown. */
function onBackground(input: InstanceSet, output: InstanceSet): tf.Tensor4D {
  const covered = setSum(tf.add(1, tf.mul(tf.add(input.masks, output.masks), 0.5)), input.counts);
  const cover = straightThroughDilation(tf.minimum(covered, 1));
  return tf.add(input.image, tf.mul(cover, tf.sub(output.image, input.image)));
}
