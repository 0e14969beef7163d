/** Points of a curve, in order of steps. Arrays have the same length. */
export interface SeriesPoints {
  /** Steps, possibly fractional: the middle of what a point stands for. */
  readonly steps: Float64Array;
  readonly means: Float64Array;
  readonly minima: Float64Array;
  readonly maxima: Float64Array;
  /** Exponential moving average, over all that came before, also outside the range asked for. */
  readonly smoothed: Float64Array;
}

/** The buckets of a series, up to the last one that was needed. */
interface Column {
  minima: Float32Array;
  maxima: Float32Array;
  sums: Float64Array;
  counts: Uint32Array;
}

/** More names than any run has. A damaged log may hold any number of them. */
const MAX_NAMES = 256;
const FIRST_BUCKETS = 64;

/**
 * Named numbers by step, in bounded memory: each series has a limited number of buckets of equal width in steps, and
 * when a run outgrows them, neighbours are joined and the width doubles. A bucket keeps minimum, maximum and mean, so
 * that no spike is lost. Up to `bucketCount` steps nothing is joined. Names after the first 256 are passed over.
 */
export class StepSeries {
  readonly #bucketCount: number;
  readonly #columns = new Map<string, Column>();
  #bucketSteps = 1;
  #lastStep = 0;
  #lastNames: readonly string[] = [];
  #lastColumns: readonly (Column | null)[] = [];

  /** @param bucketCount an even number */
  constructor(bucketCount = 8192) {
    this.#bucketCount = bucketCount;
  }

  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** The last step that was added, or 0. */
  get lastStep(): number {
    return this.#lastStep;
  }

  /** Steps that one bucket stands for. */
  get bucketSteps(): number {
    return this.#bucketSteps;
  }

  /** Mean of the last bucket that has a value; null if there is none. */
  latest(name: string): number | null {
    const column = this.#columns.get(name);
    if (column === undefined) return null;
    for (let i = Math.floor(this.#lastStep / this.#bucketSteps); i >= 0; i--) {
      const count = column.counts[i] ?? 0;
      if (count > 0) return (column.sums[i] as number) / count;
    }
    return null;
  }

  clear(): void {
    this.#columns.clear();
    this.#lastNames = [];
    this.#bucketSteps = 1;
    this.#lastStep = 0;
  }

  /** Adds one step's values; those that are not finite leave a gap. @param step a whole number from 0 */
  add(step: number, names: readonly string[], values: ArrayLike<number>): void {
    while (step >= this.#bucketCount * this.#bucketSteps) this.#joinNeighbours();
    const bucket = Math.floor(step / this.#bucketSteps);
    this.#lastStep = Math.max(this.#lastStep, step);
    const columns = this.#columnsOf(names);
    for (let i = 0; i < names.length; i++) {
      const value = values[i] as number;
      const column = columns[i] as Column | null;
      if (column === null || !Number.isFinite(value)) continue;
      if (bucket >= column.counts.length) this.#lengthen(column, bucket + 1);
      const count = column.counts[bucket] as number;
      if (count === 0 || value < (column.minima[bucket] as number)) column.minima[bucket] = value;
      if (count === 0 || value > (column.maxima[bucket] as number)) column.maxima[bucket] = value;
      column.sums[bucket] = (column.sums[bucket] as number) + value;
      column.counts[bucket] = count + 1;
    }
  }

  /**
   * Forgets the steps beyond `lastStep`, which a resumed run does again. Steps that share a bucket with it stay: at most
   * one bucket is off.
   */
  truncate(lastStep: number): void {
    const first = Math.floor(lastStep / this.#bucketSteps) + 1;
    for (const { counts, sums } of this.#columns.values()) {
      counts.fill(0, first);
      sums.fill(0, first);
    }
    this.#lastStep = Math.min(this.#lastStep, lastStep);
  }

  /**
   * A series between two steps, both included.
   *
   * @param maxPoints buckets are joined to no more than about so many points
   * @param smoothing weight of the past for each logged step, in [0, 1); 0 for none
   */
  points(name: string, fromStep: number, toStep: number, maxPoints: number, smoothing: number): SeriesPoints {
    const column = this.#columns.get(name);
    const first = Math.max(0, Math.floor(fromStep / this.#bucketSteps));
    const last = Math.min(this.#bucketCount - 1, Math.floor(toStep / this.#bucketSteps));
    const joined = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, maxPoints)));
    const length = Math.max(0, Math.ceil((last - first + 1) / joined));
    const [steps, means, minima, maxima, smoothed] = Array.from({ length: 5 }, () => new Float64Array(length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let used = 0;
    let average = 0;
    let weight = 0;
    let group = -1;
    let count = 0;
    const end = Math.min(last + 1, column?.counts.length ?? 0);
    for (let bucket = 0; column !== undefined && bucket < end; bucket++) {
      const own = column.counts[bucket] as number;
      if (own === 0) continue;
      const sum = column.sums[bucket] as number;
      const past = smoothing ** own;
      average = average * past + (sum / own) * (1 - past);
      weight = weight * past + (1 - past);
      if (bucket < first) continue;
      const middle = (bucket + (this.#bucketSteps === 1 ? 0 : 0.5)) * this.#bucketSteps;
      const ownGroup = Math.floor((bucket - first) / joined);
      if (ownGroup !== group) {
        group = ownGroup;
        count = 0;
        used++;
      }
      const i = used - 1;
      const total = count + own;
      steps[i] = ((steps[i] as number) * count + middle * own) / total;
      means[i] = ((means[i] as number) * count + sum) / total;
      minima[i] =
        count === 0
          ? (column.minima[bucket] as number)
          : Math.min(minima[i] as number, column.minima[bucket] as number);
      maxima[i] =
        count === 0
          ? (column.maxima[bucket] as number)
          : Math.max(maxima[i] as number, column.maxima[bucket] as number);
      smoothed[i] = smoothing === 0 ? (means[i] as number) : average / weight;
      count = total;
    }
    const cut = (array: Float64Array) => array.subarray(0, used);
    return { steps: cut(steps), means: cut(means), minima: cut(minima), maxima: cut(maxima), smoothed: cut(smoothed) };
  }

  /** The columns of these names, which are looked up once for all steps that hand in the same array. */
  #columnsOf(names: readonly string[]): readonly (Column | null)[] {
    if (names !== this.#lastNames) {
      this.#lastColumns = names.map((name) => this.#columnOf(name));
      this.#lastNames = names;
    }
    return this.#lastColumns;
  }

  #columnOf(name: string): Column | null {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    if (this.#columns.size === MAX_NAMES) return null;
    const column = {
      minima: new Float32Array(0),
      maxima: new Float32Array(0),
      sums: new Float64Array(0),
      counts: new Uint32Array(0),
    };
    this.#columns.set(name, column);
    return column;
  }

  /** Doubles a series until it has so many buckets. */
  #lengthen(column: Column, buckets: number): void {
    let length = Math.max(FIRST_BUCKETS, column.counts.length);
    while (length < buckets) length *= 2;
    length = Math.min(length, this.#bucketCount);
    column.minima = lengthened(column.minima, new Float32Array(length));
    column.maxima = lengthened(column.maxima, new Float32Array(length));
    column.sums = lengthened(column.sums, new Float64Array(length));
    column.counts = lengthened(column.counts, new Uint32Array(length));
  }

  #joinNeighbours(): void {
    for (const { minima, maxima, sums, counts } of this.#columns.values()) {
      const half = Math.ceil(counts.length / 2);
      for (let i = 0; i < half; i++) {
        const [a, b] = [2 * i, 2 * i + 1];
        const [countA, countB] = [counts[a] as number, counts[b] ?? 0];
        minima[i] = pick(minima, a, b, countA, countB, Math.min);
        maxima[i] = pick(maxima, a, b, countA, countB, Math.max);
        sums[i] = (sums[a] as number) + (sums[b] ?? 0);
        counts[i] = countA + countB;
      }
      counts.fill(0, half);
      sums.fill(0, half);
    }
    this.#bucketSteps *= 2;
  }
}

function lengthened<T extends Float32Array | Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function pick(
  values: Float32Array,
  a: number,
  b: number,
  countA: number,
  countB: number,
  choose: (x: number, y: number) => number,
): number {
  if (countA === 0) return values[b] as number;
  if (countB === 0) return values[a] as number;
  return choose(values[a] as number, values[b] as number);
}
