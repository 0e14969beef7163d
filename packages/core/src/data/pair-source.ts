import type { Sample } from './sample.ts';

/** What one training step consumes: as many samples of each domain as the batch holds, all of one size. */
export interface TrainingPair {
  readonly a: readonly Sample[];
  readonly b: readonly Sample[];
}

/**
 * Unpaired training data with random access by step.
 *
 * `pair(step)` depends on the configuration, the seed and `step` alone, never on earlier calls: a resumed run sees what
 * an unbroken run would have seen. Implementations prefetch the steps that follow.
 */
export interface PairSource {
  /** Steps in one epoch: one pass over the larger domain, rounded up to whole batches. */
  readonly stepsPerEpoch: number;
  /** @param step 0-based, counted over the whole run */
  pair(step: number): Promise<TrainingPair>;
  /** Ends workers and drops the queue; the source cannot be used afterwards. */
  close(): Promise<void>;
}
