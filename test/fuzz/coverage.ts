interface FileCounts {
  /** How often each statement was run. */
  readonly s: Record<number, number>;
  /** How often each way of a branch was taken. */
  readonly b: Record<number, number[]>;
}

/** Every so many inputs all files are looked at; in between those alone that were run by then. */
const INPUTS_BETWEEN_SURVEYS = 200;
/** More than any file has. */
const PLACES_A_FILE = 1 << 14;

/** What the instrumented code has counted, read and set back after each input. */
export class Coverage {
  readonly #files: readonly FileCounts[];
  readonly #running = new Set<number>();
  readonly #seen = new Set<number>();
  #inputs = 0;

  constructor() {
    const { __coverage__: counts = {} } = globalThis as { __coverage__?: Record<string, FileCounts> };
    this.#files = Object.values(counts);
    if (this.#files.length === 0) throw new Error('The code to be tried is not instrumented.');
  }

  /** Ways through the code that some input has taken. */
  get size(): number {
    return this.#seen.size;
  }

  /** @returns whether the last input took a way that none had taken, or took one many more times than any had */
  take(): boolean {
    let isNew = false;
    let isRunning = false;
    let place = 0;
    const takeAll = (counts: Record<number, number>) => {
      // They are numbered from 0 on.
      for (let i = 0; counts[i] !== undefined; i++, place++) {
        const count = counts[i] as number;
        if (count === 0) continue;
        counts[i] = 0;
        isRunning = true;
        // As AFL has it: 1, 2, 3, 4 to 7, 8 to 15, … times are different ways.
        const key = place * 32 + (count < 4 ? count : Math.ceil(Math.log2(count + 1)) + 2);
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
        isNew = true;
      }
    };
    const looksAtAll = this.#inputs++ % INPUTS_BETWEEN_SURVEYS === 0;
    for (const i of looksAtAll ? this.#files.keys() : this.#running) {
      isRunning = false;
      place = i * PLACES_A_FILE;
      const { s, b } = this.#files[i] as FileCounts;
      takeAll(s);
      for (let id = 0; b[id] !== undefined; id++) takeAll(b[id] as number[]);
      if (isRunning) this.#running.add(i);
    }
    return isNew;
  }
}
