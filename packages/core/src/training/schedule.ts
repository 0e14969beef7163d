import { z } from 'zod';
import type { JsonObject } from '../data/json-value.ts';

/** Where a run stood in its schedule when the number of its images changed last; at first step 0, epoch 0. */
interface Anchor {
  readonly step: number;
  readonly epoch: number;
}

const savedSchedule = z.object({ stepsPerEpoch: z.number().positive(), step: z.number(), epoch: z.number() });

/**
 * How steps and epochs of a run correspond. An epoch is one pass over the larger domain: when images are added between two
 * trainings, the steps before keep the epochs that they were, and the learning rate goes on falling from where it was.
 */
export class Schedule {
  readonly stepsPerEpoch: number;
  readonly #anchor: Anchor;
  /** What an epoch was before, if that has changed with this resume. */
  readonly stepsPerEpochBefore: number | null;

  private constructor(stepsPerEpoch: number, anchor: Anchor, stepsPerEpochBefore: number | null = null) {
    this.stepsPerEpoch = stepsPerEpoch;
    this.#anchor = anchor;
    this.stepsPerEpochBefore = stepsPerEpochBefore;
  }

  /** Of a run that begins, or of one whose checkpoint tells nothing of it, as older ones do. */
  static begin(stepsPerEpoch: number): Schedule {
    return new Schedule(stepsPerEpoch, { step: 0, epoch: 0 });
  }

  /** @param state of the checkpoint that is resumed @param step its step */
  static resume(stepsPerEpoch: number, state: JsonObject, step: number): Schedule {
    const saved = savedSchedule.safeParse(state.schedule);
    if (!saved.success) return Schedule.begin(stepsPerEpoch);
    const before = new Schedule(saved.data.stepsPerEpoch, saved.data);
    if (before.stepsPerEpoch === stepsPerEpoch) return before;
    return new Schedule(stepsPerEpoch, { step, epoch: before.epochAt(step) }, before.stepsPerEpoch);
  }

  /** Epochs done after `step` steps, with their fraction. */
  epochAt(step: number): number {
    return this.#anchor.epoch + (step - this.#anchor.step) / this.stepsPerEpoch;
  }

  /** The step at which `epoch` epochs are done. */
  stepAt(epoch: number): number {
    // The quotient of whole numbers is not always exact: 3.0000000000000004 epochs are 3.
    const steps = (epoch - this.#anchor.epoch) * this.stepsPerEpoch;
    return this.#anchor.step + Math.ceil(Number(steps.toFixed(6)));
  }

  /** For the manifest of a checkpoint. */
  toState(): JsonObject {
    return { stepsPerEpoch: this.stepsPerEpoch, ...this.#anchor };
  }
}
