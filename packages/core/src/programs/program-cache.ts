/** What is known of a program. */
export interface KnownProgram<Recording> {
  readonly key: string;
  /** The number of the run, of any program, at which it first came. */
  readonly firstRun: number;
  /** The number of the run at which it last came. */
  lastRun: number;
  /** Spent on computing it operation by operation. */
  seconds: number;
  /** It cannot be recorded. */
  isRefused: boolean;
  recording: Recording | undefined;
}

export interface CacheLimits<Recording> {
  /** Programs without a recording that are remembered. */
  readonly programs: number;
  /** Recordings that are held. @default any number */
  readonly recordings?: number;
  /** What recordings cost together, such as bytes. */
  readonly costOf: (recordings: readonly Recording[]) => number;
  /** The highest cost of the recordings that are held. */
  readonly cost: (recordings: readonly Recording[]) => number;
}

/** Programs that a backend has run, by key, with the recordings of some. What was used least recently goes first. */
export class ProgramCache<Recording extends { dispose(): void }> {
  readonly #limits: CacheLimits<Recording>;
  /** Those run last come last. */
  readonly #recorded = new Map<string, KnownProgram<Recording>>();
  readonly #unrecorded = new Map<string, KnownProgram<Recording>>();
  #runs = 0;

  constructor(limits: CacheLimits<Recording>) {
    this.#limits = limits;
  }

  /** Counts a run of a program. */
  visit(key: string): KnownProgram<Recording> {
    const run = ++this.#runs;
    const known = this.#recorded.get(key) ?? this.#unrecorded.get(key);
    const program = known ?? { key, firstRun: run, lastRun: run, seconds: 0, isRefused: false, recording: undefined };
    program.lastRun = run;
    const those = program.recording === undefined ? this.#unrecorded : this.#recorded;
    those.delete(key);
    those.set(key, program);
    if (this.#unrecorded.size > this.#limits.programs) {
      const [oldest] = this.#unrecorded.keys();
      this.#unrecorded.delete(oldest as string);
    }
    return program;
  }

  /** Holds a recording. */
  keep(program: KnownProgram<Recording>, recording: Recording): void {
    program.recording = recording;
    this.#unrecorded.delete(program.key);
    this.#recorded.set(program.key, program);
  }

  /**
   * Drops recordings, the ones used least recently first, until all are within the limits.
   *
   * @param more cost that is to be added
   * @param spared the number of a run: what was used then or later is not dropped. @default the current one
   * @returns whether they are
   */
  makeRoom(more = 0, spared = this.#runs): boolean {
    for (;;) {
      const held = [...this.#recorded.values()].flatMap(({ recording }) => recording ?? []);
      const { recordings = Number.POSITIVE_INFINITY, costOf, cost } = this.#limits;
      if (held.length <= recordings && costOf(held) + more <= cost(held)) return true;
      const [oldest] = this.#recorded.values();
      if (oldest === undefined || oldest.lastRun >= spared) return false;
      oldest.recording?.dispose();
      this.#recorded.delete(oldest.key);
    }
  }

  /** Drops all recordings. */
  clear(): void {
    for (const { recording } of this.#recorded.values()) recording?.dispose();
    this.#recorded.clear();
  }
}
