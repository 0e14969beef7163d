/** The time that a run of the benchmark may take. */
export class Budget {
  readonly #end: number;

  /** @param seconds from now on */
  constructor(seconds: number) {
    this.#end = performance.now() + 1000 * seconds;
  }

  /** Seconds left, at least 0. */
  get left(): number {
    return Math.max(0, (this.#end - performance.now()) / 1000);
  }
}
