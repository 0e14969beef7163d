import prand from 'pure-rand';

/** A seeded source of random numbers whose state can be saved and restored. */
export interface Rng {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box-Muller, one value per call). */
  normal(): number;
  /** The integers 0 … count-1 in random order (Fisher-Yates). */
  permutation(count: number): number[];
  /** State for a checkpoint; `restoreRng` continues from it. */
  state(): readonly number[];
}

/**
 * A generator for one purpose. The same `(seed, ...stream)` always gives the same numbers, and different streams are
 * independent: `createRng(7, 'augment', epoch, index)` needs no state to survive a resume.
 *
 * @param seed whole number, the run's seed
 * @param stream names and numbers that tell this use from others
 */
export function createRng(seed: number, ...stream: (string | number)[]): Rng {
  return restoreRng(hash128([seed, ...stream].join('/')));
}

/** Continues a generator from a saved {@link Rng.state}. */
export function restoreRng(state: readonly number[]): Rng {
  const generator = prand.xoroshiro128plus.fromState?.(state);
  if (generator === undefined) throw new Error('pure-rand lost xoroshiro128plus.fromState');
  const uniform = () => (generator.unsafeNext() >>> 0) / 2 ** 32;
  const integer = (bound: number) => prand.unsafeUniformIntDistribution(0, bound - 1, generator);
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation: (count) => {
      const order = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = integer(i + 1);
        const swapped = order[i] as number;
        order[i] = order[j] as number;
        order[j] = swapped;
      }
      return order;
    },
    state: () => [...generator.getState()],
  };
}

/** Four 32-bit words of a string, each a murmur-style mix (public-domain cyrb128); never all zero. */
function hash128(text: string): number[] {
  const words = [1779033703, 3144134277, 1013904242, 2773480762];
  const factors = [597399067, 2869860233, 951274213, 2716044179];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let w = 0; w < 4; w++) {
      const next = words[(w + 1) % 4] as number;
      words[w] = next ^ Math.imul((words[w] as number) ^ code, factors[w] as number);
    }
  }
  return words.map((word, w) => {
    const mixed = Math.imul(word ^ (word >>> 15), factors[w] as number);
    return (mixed ^ (mixed >>> 13)) | 0 || w + 1;
  });
}
