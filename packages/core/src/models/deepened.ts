import type { NamedArray, NamedArrays } from '../checkpoint/named-arrays.ts';
import { initialValues } from '../networks/parameters.ts';
import { createRng } from '../random/rng.ts';

export interface Deepening {
  /** Residual blocks that each encoder has. */
  readonly from: number;
  /** Those that it is to have. */
  readonly to: number;
  readonly seed: number;
}

/** The convolutions of an encoder's first residual block; the others are like it. */
const FIRST_BLOCK = /^(?<encoder>.+)\.block0\.conv(?<convolution>[01])\.weight$/;

/**
 * The weights of generators with more residual blocks, which compute the same: the second convolution of each new block is zero, so that
 * the block adds nothing to what it is given until it has learned something (as the last convolution of a branch in Goyal et al. 2017).
 *
 * @param weights of both generators, by names such as `generatorAToB.imageEncoder.block0.conv0.weight`
 */
export function deepened(weights: NamedArrays, { from, to, seed }: Deepening): NamedArrays {
  const deeper = new Map<string, NamedArray>(weights);
  for (const [name, { shape }] of weights) {
    const { encoder, convolution } = FIRST_BLOCK.exec(name)?.groups ?? {};
    for (let block = from; block < to && encoder !== undefined; block++) {
      const own = `${encoder}.block${block}.conv${convolution}.weight`;
      const initial = convolution === '0' ? 'normal' : 'zeros';
      deeper.set(own, { shape, data: initialValues({ shape, initial }, createRng(seed, 'deepened', own)) });
    }
  }
  return deeper;
}
