/** Steps over which the pace is averaged. */
const WINDOW = 20;

/** How long a step takes now: wall time over the last steps, with all that happens between them. */
export class StepPace {
  #marks: { readonly step: number; readonly atMs: number }[] = [];
  #changesAt = 0;

  /**
   * @param step steps done when the clock starts
   * @param changesAt steps after which the pace is another one
   */
  start(step: number, atMs: number, changesAt = 0): void {
    this.#marks = [{ step, atMs }];
    this.#changesAt = changesAt;
  }

  observe(step: number, atMs: number): void {
    if (step > this.#changesAt) this.#marks = this.#marks.filter((mark) => mark.step >= this.#changesAt);
    this.#marks.push({ step, atMs });
    if (this.#marks.length > WINDOW + 1) this.#marks.shift();
  }

  /** Seconds a step; undefined before the first one, and before the first two where the pace has changed in between. */
  secondsPerStep(): number | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.step === first.step) return undefined;
    return (last.atMs - first.atMs) / 1000 / (last.step - first.step);
  }
}
