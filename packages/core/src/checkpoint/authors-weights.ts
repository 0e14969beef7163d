import { UserError } from '../errors.ts';
import { describeStateDict } from './authors-file-kind.ts';
import type { NamedArray, NamedArrays } from './named-arrays.ts';

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

/** Statistics that old instance norms stored without using them. */
const UNUSED = /\.(running_mean|running_var|num_batches_tracked)$/;

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
 * Converts a discriminator of the authors' code. Their `netD_A` judges domain B: it is this project's `discriminatorB`,
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

type Shape4 = readonly [number, number, number, number];

/** A state dict being converted: every array taken is checked, and every array left over is an error. */
interface AuthorsSource {
  shapeOf(name: string): readonly number[];
  convolution(theirs: string, ours: string, shape: Shape4, kind?: 'plain' | 'transposed' | 'spectral'): void;
  /** A vector whose elements run over `axes`; the first axis moves last, as the weight's input axis does. */
  vector(theirs: string, ours: string, axes: readonly number[]): void;
  bias(theirs: string, ours: string, channels: number): void;
  /** @throws UserError if the state dict has arrays that the network does not */
  finish(): NamedArrays;
}

function openStateDict(stateDict: NamedArrays, first: string, wanted: string, fileName: string): AuthorsSource {
  if (stateDict.get(first)?.shape.length !== 4) {
    throw new UserError(
      `${fileName} holds ${describeStateDict(stateDict)}, not ${wanted} of the authors' code: give the file of the network that the option asks for.`,
    );
  }
  const parameters = new Map<string, NamedArray>();
  const seen = new Set<string>();

  const take = (name: string, shape: readonly number[]): Float32Array => {
    const array = stateDict.get(name);
    const found = array === undefined ? 'is missing' : `has shape [${array.shape.join(', ')}]`;
    if (array === undefined || array.shape.join() !== shape.join()) {
      throw new UserError(
        `${fileName} is ${wanted} of other layers than the paper's (${name} ${found}, expected [${shape.join(', ')}]): train it with the authors' default layers to import it.`,
      );
    }
    if (!(array.data instanceof Float32Array) || !array.data.every(Number.isFinite)) {
      throw new UserError(`${fileName} holds values that are not finite in ${name}: take an earlier checkpoint.`);
    }
    seen.add(name);
    return array.data;
  };

  return {
    shapeOf: (name) => stateDict.get(name)?.shape ?? [],
    convolution: (theirs, ours, shape, kind = 'plain') => {
      const data = take(`${theirs}.weight${kind === 'spectral' ? '_bar' : ''}`, shape);
      const [first, second, height, width] = shape;
      parameters.set(`${ours}.weight`, { shape: [height, width, second, first], data: spatialFirst(data, shape) });
      seen.add(`${theirs}.bias`);
    },
    vector: (theirs, ours, axes) => {
      const length = axes.reduce((product, axis) => product * axis, 1);
      const data = take(theirs, [length]);
      const [inputs = 1, height = 1, width = 1] = axes;
      parameters.set(ours, { shape: [length], data: spatialFirst(data, [1, inputs, height, width]) });
    },
    bias: (theirs, ours, channels) => {
      parameters.set(ours, { shape: [channels], data: take(theirs, [channels]).slice() });
    },
    finish: () => {
      const extra = [...stateDict.keys()].filter((name) => !seen.has(name) && !UNUSED.test(name));
      if (extra.length > 0) {
        throw new UserError(
          `${fileName} is ${wanted} of other layers than the paper's (${extra.slice(0, 3).join(', ')} ${extra.length === 1 ? 'is' : 'are'} unknown): train it with the authors' default layers to import it.`,
        );
      }
      return parameters;
    },
  };
}

/** [a, b, height, width] -> [height, width, b, a], row-major. */
function spatialFirst(data: Float32Array, [a, b, height, width]: Shape4): Float32Array {
  const result = new Float32Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let j = 0; j < b; j++) {
        for (let i = 0; i < a; i++) result[to++] = data[((i * b + j) * height + y) * width + x] as number;
      }
    }
  }
  return result;
}
