import type { AlarmCode } from '../events/run-event.ts';
import { LASTING_STEPS, type Symptom } from '../models/learner.ts';

export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
  /** The weights can no longer be trusted: training must end and nothing more may be saved. */
  readonly fatal: boolean;
}

/** A loss this many times its running average is exploding. */
const EXPLOSION_FACTOR = 50;
/** Steps that make up the running average of a loss, and before which it does not explode. */
const AVERAGED_STEPS = 20;

/** Watches the losses for what ruins a run. Pure: one call per step, in order. */
export class AlarmMonitor {
  /** By loss; one may begin later than the others. */
  readonly #averages = new Map<string, { readonly average: number; readonly steps: number }>();
  readonly #streaks = new Map<string, number>();

  /** @param losses by name @param symptoms all those of the model, whether they show or not */
  observe(losses: Readonly<Record<string, number>>, symptoms: readonly Symptom[]): Alarm[] {
    const broken = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
    if (broken.length > 0) {
      return [
        {
          code: 'loss-not-finite',
          message: `${broken.join(', ')} is not a finite number; resume from the last checkpoint with a lower learning rate.`,
          fatal: true,
        },
      ];
    }
    return [...this.#explosions(losses), ...this.#lasting(symptoms)];
  }

  #explosions(losses: Readonly<Record<string, number>>): Alarm[] {
    const alarms: Alarm[] = [];
    for (const [name, value] of Object.entries(losses)) {
      const { average, steps } = this.#averages.get(name) ?? { average: value, steps: 0 };
      if (steps >= AVERAGED_STEPS && value > EXPLOSION_FACTOR * Math.max(average, 0.02)) {
        alarms.push({
          code: 'loss-exploding',
          message: `${name} is ${value.toPrecision(3)}, ${EXPLOSION_FACTOR} times its average of ${average.toPrecision(3)} or more; lower the learning rate.`,
          fatal: false,
        });
      } else {
        this.#averages.set(name, { average: average + (value - average) / AVERAGED_STEPS, steps: steps + 1 });
      }
    }
    return alarms;
  }

  #lasting(symptoms: readonly Symptom[]): Alarm[] {
    const alarms: Alarm[] = [];
    for (const { key, code, holds, message } of symptoms) {
      const streak = holds ? (this.#streaks.get(key) ?? 0) + 1 : 0;
      this.#streaks.set(key, streak);
      if (streak === LASTING_STEPS) alarms.push({ code, message, fatal: false });
    }
    return alarms;
  }
}
