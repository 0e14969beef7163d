import type { Alarm } from './alarms.ts';

/** A score has fallen if it is worse than the best one by more than this. */
const FALL = 0.05;
/** An alarm after so many fallen scores in a row. */
const PATIENCE = 5;

export interface Score {
  readonly step: number;
  /** A higher one is better. */
  readonly score: number;
}

/** Watches the score of a training. Pure: one call per evaluation, in order. */
export class ScoreMonitor {
  #best: Score | null;
  #fallen = 0;

  /** @param best the best score so far; null if there is none */
  constructor(best: Score | null) {
    this.#best = best;
  }

  get best(): Score | null {
    return this.#best;
  }

  /** @returns whether it is the best so far, and an alarm when the score has been falling for long: once until there is a new best */
  observe(scored: Score): { readonly isBest: boolean; readonly alarm: Alarm | null } {
    if (this.#best === null || scored.score > this.#best.score) {
      this.#best = scored;
      this.#fallen = 0;
      return { isBest: true, alarm: null };
    }
    const { step, score } = this.#best;
    const hasFallen = scored.score < score - FALL;
    if (this.#fallen < PATIENCE) this.#fallen = hasFallen ? this.#fallen + 1 : 0;
    else return { isBest: false, alarm: null };
    if (this.#fallen < PATIENCE) return { isBest: false, alarm: null };
    const message = `the score has stayed below its best, ${score.toFixed(3)} at step ${step}, for ${PATIENCE} evaluations (now ${scored.score.toFixed(3)}); look at the samples, and take that checkpoint with --checkpoint best.`;
    return { isBest: false, alarm: { code: 'score-falling', message, fatal: false } };
  }
}
