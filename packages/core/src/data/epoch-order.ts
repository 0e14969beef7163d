import { UsageError } from '../errors.ts';
import { createRng } from '../random/rng.ts';

/** Where one slot of one step lies in the run, and which image of each domain it takes. */
export interface OrderEntry {
  /** 0-based. */
  readonly epoch: number;
  /** 0-based place within the epoch, below `stepsPerEpoch * batch`; the key of the transform draw. */
  readonly index: number;
  /** Number of the image of domain A, 0 … countA-1. */
  readonly a: number;
  /** Number of the image of domain B, 0 … countB-1. */
  readonly b: number;
}

export interface EpochOrder {
  /** `ceil(larger domain / batch)`. */
  readonly stepsPerEpoch: number;
  /**
   * @param step 0-based, counted over the whole run
   * @param slot 0 … batch-1
   */
  at(step: number, slot: number): OrderEntry;
}

export interface EpochOrderOptions {
  readonly seed: number;
  /** Images in domain A, at least 1. */
  readonly countA: number;
  /** Images in domain B, at least 1. */
  readonly countB: number;
  /** Samples per step and domain, at least 1. */
  readonly batch: number;
}

/**
 * The order in which unpaired images are seen: a pure function of the options, the step and the slot, with random access.
 *
 * One epoch is one pass over the larger domain: its first `larger` places take each image of that domain exactly once,
 * in an order of the epoch's own. Batches are always full: places past the last image take images of a further
 * permutation. The smaller domain runs through one permutation after another over the whole run, whatever the epoch, so
 * that no two of its images are ever seen a different number of times by more than one.
 *
 * @throws UsageError if a count or the batch is not a whole number of at least 1
 */
export function createEpochOrder({ seed, countA, countB, batch }: EpochOrderOptions): EpochOrder {
  requireCount('images in domain A', countA);
  requireCount('images in domain B', countB);
  requireCount('batch', batch);
  const larger = Math.max(countA, countB);
  const stepsPerEpoch = Math.ceil(larger / batch);
  const placesPerEpoch = stepsPerEpoch * batch;
  const pickA = createPicker(seed, 'A', countA, countA === larger, placesPerEpoch);
  const pickB = createPicker(seed, 'B', countB, countB === larger, placesPerEpoch);
  return {
    stepsPerEpoch,
    at: (step, slot) => {
      const epoch = Math.floor(step / stepsPerEpoch);
      const index = (step % stepsPerEpoch) * batch + slot;
      return { epoch, index, a: pickA(epoch, index), b: pickB(epoch, index) };
    },
  };
}

type Picker = (epoch: number, index: number) => number;

function createPicker(seed: number, domain: string, count: number, isLarger: boolean, placesPerEpoch: number): Picker {
  // A permutation costs O(count); steps come almost in order, so the two last used ones are all that is ever needed.
  const recent = new Map<string, readonly number[]>();
  const permutation = (...stream: number[]): readonly number[] => {
    const key = stream.join('/');
    const known = recent.get(key);
    if (known !== undefined) return known;
    const [oldest] = recent.keys();
    if (recent.size >= 2 && oldest !== undefined) recent.delete(oldest);
    const made = createRng(seed, 'order', domain, ...stream).permutation(count);
    recent.set(key, made);
    return made;
  };
  return (epoch, index) => {
    const place = isLarger ? index : epoch * placesPerEpoch + index;
    const round = Math.floor(place / count);
    const order = isLarger ? permutation(epoch, round) : permutation(round);
    return order[place % count] as number;
  };
}

function requireCount(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`${what} must be a whole number of at least 1, got ${value}.`);
  }
}
