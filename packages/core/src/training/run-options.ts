import type { RunSettings } from '../config/config-kind.ts';
import type { TrainingControl } from '../control/training-control.ts';
import type { TrainingBackend } from '../models/learner.ts';
import type { Picture } from '../pictures/contact-sheet.ts';

/** Training data with random access by step: a resumed run sees what an unbroken one would have seen. */
export interface BatchSource<Batch> {
  readonly stepsPerEpoch: number;
  /** What is wrong with the data that training survives, one sentence each: it becomes events. */
  readonly warnings?: readonly string[];
  /** @param step 0-based, counted over the whole run; the batch depends on it and the configuration alone */
  batch(step: number): Promise<Batch>;
  /** Ends workers; the source cannot be used afterwards. */
  close(): Promise<void>;
}

export interface RunOptions<Config extends RunSettings, Batch> {
  readonly runFolder: string;
  /** A new run's configuration; for a resumed one, the fields that are to change. */
  readonly config: Config | Partial<Config>;
  /** Go on with the run in `runFolder`. */
  readonly resume: boolean;
  /** Opens the training data, once the configuration is known. */
  readonly openData: (config: Config) => Promise<BatchSource<Batch>>;
  /** Where the data lie, for the log: a run can be repeated by it. */
  readonly dataPlace?: string;
  /** What computes, for the log; it is open. */
  readonly backend: TrainingBackend;
  /** Steps in the whole run after which to stop. @default the end of the schedule */
  readonly steps?: number;
  /** Epochs in the whole run after which to stop; only without `steps`. */
  readonly epochs?: number;
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Commands to obey between two steps; each becomes an event. */
  readonly control?: TrainingControl;
  /** Writes a picture to a file under the run folder. Without it no samples are made. */
  readonly writePicture?: (file: string, picture: Picture) => Promise<void>;
}
