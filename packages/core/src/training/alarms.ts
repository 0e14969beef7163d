import type { AlarmCode } from '../events/run-event.ts';
import { LOSS_NAMES, type MeasurementName } from './measurements.ts';

export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
  /** The weights can no longer be trusted: training must end and nothing more may be saved. */
  readonly fatal: boolean;
}

/** A loss this many times its running average is exploding. */
const EXPLOSION_FACTOR = 50;
/** Steps that make up the running average, and before which nothing explodes. */
const WARM_UP_STEPS = 20;
/** A collapse counts after this many steps in a row, and is reported once until it ends. */
const COLLAPSE_STEPS = 50;
/** Mean of the generated masks, in [-1, 1], beyond which nothing, or everything, is an object. */
const ALL_BACKGROUND = -0.999;
const ALL_OBJECT = 0.98;
const DISCRIMINATOR_AT_ZERO = 1e-3;

/** Watches the losses for what ruins a run. Pure: one call per logged step, in order. */
export class AlarmMonitor {
  readonly #averages = new Map<MeasurementName, number>();
  readonly #streaks = new Map<string, number>();
  #steps = 0;

  observe(means: Readonly<Record<MeasurementName, number>>): Alarm[] {
    this.#steps++;
    const broken = LOSS_NAMES.filter((name) => !Number.isFinite(means[name]));
    if (broken.length > 0) {
      return [
        {
          code: 'loss-not-finite',
          message: `${broken.join(', ')} is not a finite number; resume from the last checkpoint with a lower learning rate.`,
          fatal: true,
        },
      ];
    }
    return [...this.#explosions(means), ...this.#collapses(means)];
  }

  #explosions(means: Readonly<Record<MeasurementName, number>>): Alarm[] {
    const alarms: Alarm[] = [];
    for (const name of LOSS_NAMES) {
      const value = means[name];
      const average = this.#averages.get(name);
      if (average !== undefined && this.#steps > WARM_UP_STEPS && value > EXPLOSION_FACTOR * Math.max(average, 0.02)) {
        alarms.push({
          code: 'loss-exploding',
          message: `${name} is ${value.toPrecision(3)}, ${EXPLOSION_FACTOR} times its average of ${average.toPrecision(3)} or more; lower the learning rate.`,
          fatal: false,
        });
      } else {
        this.#averages.set(name, average === undefined ? value : average + (value - average) / WARM_UP_STEPS);
      }
    }
    return alarms;
  }

  #collapses(means: Readonly<Record<MeasurementName, number>>): Alarm[] {
    const alarms: Alarm[] = [];
    const check = (key: string, holds: boolean, code: AlarmCode, message: string) => {
      const streak = holds ? (this.#streaks.get(key) ?? 0) + 1 : 0;
      this.#streaks.set(key, streak);
      if (streak === COLLAPSE_STEPS) alarms.push({ code, message, fatal: false });
    };
    for (const [source, target] of ['AB', 'BA'] as const) {
      const masks = means[`fakeMasks${source as 'A' | 'B'}`];
      const where = `the masks generated for domain ${target} from domain ${source}`;
      check(
        `background${source}`,
        masks < ALL_BACKGROUND,
        'masks-all-background',
        `${where} have been empty for ${COLLAPSE_STEPS} steps: the objects vanish; check the masks of domain ${target}.`,
      );
      check(
        `object${source}`,
        masks > ALL_OBJECT,
        'masks-all-object',
        `${where} have covered everything for ${COLLAPSE_STEPS} steps; check the masks of domain ${target}.`,
      );
      const judge = `discriminator${target as 'A' | 'B'}` as const;
      check(
        judge,
        means[judge] < DISCRIMINATOR_AT_ZERO,
        'discriminator-at-zero',
        `the loss of ${judge} has been under ${DISCRIMINATOR_AT_ZERO} for ${COLLAPSE_STEPS} steps: it wins, and the generators learn nothing; lower its learning rate.`,
      );
    }
    return alarms;
  }
}
