import { UserError } from '../errors.ts';
import type { NamedArray, NamedArrays } from './named-arrays.ts';

/** Statistics that old instance norms stored without using them. */
const UNUSED = /\.(running_mean|running_var|num_batches_tracked)$/;

export type Shape4 = readonly [number, number, number, number];

/** A state dict being converted: every array taken is checked, and every array left over is an error. */
export interface AuthorsSource {
  shapeOf(name: string): readonly number[];
  convolution(theirs: string, ours: string, shape: Shape4, kind?: 'plain' | 'transposed' | 'spectral'): void;
  /** A vector whose elements run over `axes`; the first axis moves last, as the weight's input axis does. */
  vector(theirs: string, ours: string, axes: readonly number[]): void;
  bias(theirs: string, ours: string, channels: number): void;
  /** @throws UserError if the state dict has arrays that the network does not */
  finish(): NamedArrays;
}

/**
 * Begins to convert a state dict.
 *
 * @param first a convolution's weight by which the network is known
 * @param wanted the network in words, with its article
 * @throws UserError naming the file if it holds another network
 */
export function openStateDict(stateDict: NamedArrays, first: string, wanted: string, fileName: string): AuthorsSource {
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
        `${fileName} is ${wanted} whose layers differ from the paper's (${name} ${found}, expected [${shape.join(', ')}]): train it with the authors' default layers to import it.`,
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
          `${fileName} is ${wanted} whose layers differ from the paper's (${extra.slice(0, 3).join(', ')} ${extra.length === 1 ? 'is' : 'are'} unknown): train it with the authors' default layers to import it.`,
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

const KINDS: readonly { readonly kind: string; readonly matches: (has: (name: RegExp) => boolean) => boolean }[] = [
  { kind: 'an InstaGAN generator', matches: (has) => has(/^encoder_seg\./) && has(/^decoder_img\./) },
  { kind: 'an InstaGAN discriminator', matches: (has) => has(/^feature_seg\./) && has(/^classifier\./) },
  { kind: 'a pix2pix U-Net generator', matches: (has) => has(/^model\.model\.\d/) },
  { kind: 'a CycleGAN generator', matches: (has) => has(/^model\.\d+\.conv_block\./) },
  { kind: 'a PatchGAN discriminator of CycleGAN or pix2pix', matches: (has) => has(/^model\.\d+\.weight$/) },
];

/** Says in words what network a state dict belongs to, by the names in it; for error messages. */
export function describeStateDict(stateDict: NamedArrays): string {
  const names = [...stateDict.keys()];
  const known = KINDS.find(({ matches }) => matches((pattern) => names.some((name) => pattern.test(name))));
  if (known !== undefined) return known.kind;
  return `${names.length} arrays of an unknown network, beginning with ${names.slice(0, 3).join(', ')}`;
}
