import type { Scalar } from '@tensorflow/tfjs';
import type { OpenBackend } from '../backends/backend.ts';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import type { CheckpointContent } from '../checkpoint/checkpoint-store.ts';
import type { ConfigKind, RunSettings } from '../config/config-kind.ts';
import type { AlarmCode } from '../events/run-event.ts';
import type { Picture } from '../pictures/contact-sheet.ts';

/** The memory that a training needs. */
export interface MemoryForecast {
  /**
   * Resident memory of the process, and of the memory that the backend has for itself, such as the GPU's; 0 for none. Null if
   * unknown.
   */
  readonly needed: { readonly ramBytes: number; readonly deviceBytes: number } | null;
  /** Both in words. */
  readonly summary: string;
  /** One sentence if memory may run out, or if the need is unknown. */
  readonly warning?: string;
}

/** What `trainRun` can do: the configurations of a kind of model, and how a training of it begins or goes on. */
export interface TrainingTask<Config extends RunSettings, Batch> {
  readonly configs: ConfigKind<Config>;
  /**
   * Finds out, before anything is written, whether the training fits in memory.
   *
   * @returns undefined for an unknown backend
   * @throws UserError if it does not fit
   */
  readonly checkMemory?: (config: Config, backend: TrainingBackend) => Promise<MemoryForecast | undefined>;
  /**
   * @param checkpoint what to resume from; null to start
   * @param backend what computes; it is open
   * @throws UserError if the checkpoint does not fit the configuration
   */
  readonly begin: (config: Config, checkpoint: Checkpoint | null, backend: TrainingBackend) => Learner<Batch>;
}

/** What training needs to know of the open backend. */
export type TrainingBackend = Pick<OpenBackend, 'device' | 'gpu'> &
  Partial<Pick<OpenBackend, 'software' | 'programs'>> & { readonly name: string };

export interface StepPlan {
  /** Steps done before this one. */
  readonly step: number;
  /** Those of the schedule at this step. */
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Part of the schedule that is done before this step, from 0 to 1. */
  readonly progress: number;
}

/** Scalars of one update of the networks, on the device. */
export type Measurements<Name extends string> = Map<Name, Scalar>;

/** Something that ruins a run if it lasts. */
export interface Symptom {
  /** Tells it from the other symptoms of the model. */
  readonly key: string;
  readonly code: AlarmCode;
  /** Whether it shows in this step. */
  readonly holds: boolean;
  readonly message: string;
}

/** A symptom is an alarm after this many steps in a row, and is reported once until it ends. */
export const LASTING_STEPS = 50;

/** A model in training, with all its state on the device. */
export interface Learner<Batch> {
  /** Why the model cannot learn from a batch, which is then skipped; null if it can. */
  reasonToSkip(batch: Batch): string | null;
  /** Learns from a batch. Yields after each update of the networks; the scalars belong to the caller. */
  learn(batch: Batch, plan: StepPlan): Iterable<Measurements<string>>;
  /** Splits the averaged measurements of a step into losses and other signs of health. */
  examine(means: Readonly<Record<string, number>>): {
    readonly losses: Readonly<Record<string, number>>;
    readonly symptoms: readonly Symptom[];
  };
  /** Pictures of the model's output for a batch. */
  pictures(batch: Batch): Promise<readonly SamplePicture[]>;
  /** Whether images that are held out are to be scored after this many steps. @default never */
  validatesAt?(step: number): boolean;
  /**
   * Scores on held-out images; null if there are none.
   *
   * @throws UserError if they cannot be scored, which is no reason to stop the training
   */
  validate?(): Promise<Validation | null>;
  /** The whole state, read off the device. */
  toCheckpoint(): Promise<CheckpointContent>;
  dispose(): void;
}

/** How good a model is on images that it was not trained on. */
export interface Validation {
  /** By name; a higher one is better. */
  readonly scores: Readonly<Record<string, number>>;
  /** The name of the one by which the best checkpoint is chosen, from 0 to 1. */
  readonly main: string;
}

export interface SamplePicture {
  readonly picture: Picture;
  /** For a model that translates. */
  readonly direction?: 'AtoB' | 'BtoA';
}
