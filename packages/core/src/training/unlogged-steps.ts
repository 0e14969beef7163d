import * as tf from '@tensorflow/tfjs';
import type { LossReport } from '../events/run-event.ts';
import type { Learner, Measurements } from '../models/learner.ts';
import { meansOf, readSteps } from './measurements.ts';

/** A step whose measurements are still on the device. */
interface UnloggedStep {
  readonly step: number;
  readonly updates: readonly Measurements<string>[];
  readonly seconds: number;
}

/** What was learned since the last entry of the log. */
export interface StepReport {
  /** Means over the steps. */
  readonly losses: LossReport;
  /** Of a step, in the mean, with the wait for the device. */
  readonly seconds: number;
  /** What each step shows. */
  readonly steps: readonly ({ readonly step: number } & ReturnType<Learner<unknown>['examine']>)[];
}

/** The steps since the last entry of the log: their measurements stay on the device until they are read, all at once. */
export class UnloggedSteps {
  #steps: UnloggedStep[] = [];

  /** Takes over the scalars. */
  add(step: number, updates: readonly Measurements<string>[], seconds: number): void {
    this.#steps.push({ step, updates, seconds });
  }

  /** Reads all of them off the device, and forgets them; null if there are none. */
  async read(examine: Learner<never>['examine']): Promise<StepReport | null> {
    const steps = this.#steps;
    if (steps.length === 0) return null;
    this.#steps = [];
    const begin = performance.now();
    const measured = await readSteps(steps.map(({ updates }) => updates));
    const waited = (performance.now() - begin) / 1000;
    const examined = measured.map((means, i) => ({ step: (steps[i] as UnloggedStep).step, ...examine(means) }));
    return {
      losses: meansOf(examined.map(({ losses }) => losses)),
      seconds: steps.reduce((sum, { seconds }) => sum + seconds, waited) / steps.length,
      steps: examined,
    };
  }

  dispose(): void {
    for (const { updates } of this.#steps) for (const measurements of updates) tf.dispose([...measurements.values()]);
    this.#steps = [];
  }
}
