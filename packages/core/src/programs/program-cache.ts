/** What the cache knows of a program. */
export interface KnownProgram<Recording> {
  readonly key: string;
  /** Number of the run, counted over all programs, in which it first ran. */
  readonly firstRun: number;
  /** Number of the run in which it last ran. */
  lastRun: number;
  /** Time spent on computing it operation by operation. */
  seconds: number;
  /** It cannot be recorded. */
  isRefused: boolean;
  recording: Recording | undefined;
}

export interface CacheLimits<Recording> {
  /** How many programs without a recording the cache remembers. */
  readonly programs: number;
  /** How many recordings the cache holds. @default any number */
  readonly recordings?: number;
  /** The total cost of recordings, such as bytes. */
  readonly costOf: (recordings: readonly Recording[]) => number;
  /** The highest total cost. */
  readonly cost: (recordings: readonly Recording[]) => number;
}

/** The programs that a backend has run, by key, some with a recording. Drops the least recently used ones first. */
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
