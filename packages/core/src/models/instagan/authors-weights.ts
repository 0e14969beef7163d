import { openStateDict, type Shape4 } from '../../checkpoint/authors-state-dict.ts';
import type { NamedArrays } from '../../checkpoint/named-arrays.ts';

/** A generator in this project's names and layout, and the sizes its shapes tell. */
export interface ImportedGenerator {
  readonly parameters: NamedArrays;
  readonly ngf: number;
  readonly blocks: number;
  readonly imageChannels: number;
}

/** A discriminator in this project's names and layout: weights as learned, and the spectral norm's `u` and `v`. */
export interface ImportedDiscriminator {
  readonly parameters: NamedArrays;
  readonly ndf: number;
  readonly imageChannels: number;
}

/**
 * Converts a generator of the authors' code (`netG_A`: A to B, `netG_B`: B to A).
 *
 * A conv weight [out, in, kh, kw] becomes [kh, kw, in, out]; a transposed one [in, out, kh, kw] becomes
 * [kh, kw, out, in]. Biases in front of an instance norm are dropped: the norm subtracts the mean, so they have no effect.
 *
 * @param stateDict as `readTorchStateDict` returns it
 * @throws UserError naming the file if it holds another network, or one of other layers or sizes
 */
export function importAuthorsGenerator(stateDict: NamedArrays, fileName: string): ImportedGenerator {
  const source = openStateDict(stateDict, 'encoder_img.1.weight', 'an InstaGAN generator', fileName);
  const [ngf = 0, imageChannels = 0] = source.shapeOf('encoder_img.1.weight');
  let blocks = 0;
  while (stateDict.has(`encoder_img.${10 + blocks}.conv_block.1.weight`)) blocks++;

  for (const [module, theirs, channels] of [
    ['imageEncoder', 'encoder_img', imageChannels],
    ['maskEncoder', 'encoder_seg', 1],
  ] as const) {
    source.convolution(`${theirs}.1`, `${module}.conv0`, [ngf, channels, 7, 7]);
    source.convolution(`${theirs}.4`, `${module}.conv1`, [2 * ngf, ngf, 3, 3]);
    source.convolution(`${theirs}.7`, `${module}.conv2`, [4 * ngf, 2 * ngf, 3, 3]);
    for (let block = 0; block < blocks; block++) {
      const path = `${theirs}.${10 + block}.conv_block`;
      source.convolution(`${path}.1`, `${module}.block${block}.conv0`, [4 * ngf, 4 * ngf, 3, 3]);
      source.convolution(`${path}.5`, `${module}.block${block}.conv1`, [4 * ngf, 4 * ngf, 3, 3]);
    }
  }
  // The image decoder sees [image ; sum of masks], the mask decoder [mask ; image ; sum of masks].
  for (const [module, theirs, parts, channels] of [
    ['imageDecoder', 'decoder_img', 2, imageChannels],
    ['maskDecoder', 'decoder_seg', 3, 1],
  ] as const) {
    const base = parts * ngf;
    source.convolution(`${theirs}.0`, `${module}.up0`, [4 * base, 2 * base, 3, 3], 'transposed');
    source.convolution(`${theirs}.3`, `${module}.up1`, [2 * base, base, 3, 3], 'transposed');
    source.convolution(`${theirs}.7`, `${module}.conv0`, [channels, base, 7, 7]);
    source.bias(`${theirs}.7.bias`, `${module}.conv0.bias`, channels);
  }
  return { parameters: source.finish(), ngf, blocks, imageChannels };
}

/**
 * Converts a discriminator of the authors' code. Their `netD_A` belongs to domain B: it is this project's `discriminatorB`,
 * and their `netD_B` is `discriminatorA`. The caller swaps (see `importAuthorsModel`).
 *
 * Spectral norm: their `weight_bar` is the learned weight before the division by sigma. Seen as a matrix
 * [out, in*kh*kw], u has `out` and v `in*kh*kw` elements; here the matrix is [kh*kw*in, out], so v is put in that order.
 *
 * @param stateDict as `readTorchStateDict` returns it
 * @throws UserError naming the file if it holds another network, or one of other layers or sizes
 */
export function importAuthorsDiscriminator(stateDict: NamedArrays, fileName: string): ImportedDiscriminator {
  const first = 'feature_img.0.module.weight_bar';
  const source = openStateDict(stateDict, first, 'an InstaGAN discriminator', fileName);
  const [ndf = 0, imageChannels = 0] = source.shapeOf(first);
  const normalised = (theirs: string, ours: string, shape: Shape4, hasBias: boolean) => {
    const [out, inputs, height, width] = shape;
    source.convolution(`${theirs}.module`, ours, shape, 'spectral');
    source.vector(`${theirs}.module.weight_u`, `${ours}.u`, [out]);
    source.vector(`${theirs}.module.weight_v`, `${ours}.v`, [inputs, height, width]);
    if (hasBias) source.bias(`${theirs}.module.bias`, `${ours}.bias`, out);
  };
  for (const [module, theirs, channels] of [
    ['imageFeatures', 'feature_img', imageChannels],
    ['maskFeatures', 'feature_seg', 1],
  ] as const) {
    normalised(`${theirs}.0`, `${module}.conv0`, [ndf, channels, 4, 4], true);
    normalised(`${theirs}.2`, `${module}.conv1`, [2 * ndf, ndf, 4, 4], false);
    normalised(`${theirs}.5`, `${module}.conv2`, [4 * ndf, 2 * ndf, 4, 4], false);
  }
  normalised('classifier.0', 'classifier.conv0', [16 * ndf, 8 * ndf, 4, 4], false);
  normalised('classifier.3', 'classifier.conv1', [1, 16 * ndf, 4, 4], true);
  return { parameters: source.finish(), ndf, imageChannels };
}
