/** Version of the event schema, written into every event as `v`; raised when a reader of the old one would misread. */
export const EVENT_SCHEMA_VERSION = 1;

/**
 * The loss terms of one step by name, each already weighted, averaged over the step's updates.
 *
 * InstaGAN's are `generator`, `cycle`, `identity`, `context` and `discriminator`, each with `A` or `B`: `A` terms start
 * from an image of domain A, as in the paper's figure 2; `discriminatorA` tells real from fake samples of domain A.
 */
export type LossReport = Readonly<Record<string, number>>;

export interface MemoryReport {
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly rssBytes: number;
}

/** Why training stopped. */
export type FinishReason = 'completed' | 'interrupted';

/** What translates or segments with a trained model, and trains nothing. */
export const JOB_KINDS = ['translate', 'segmenter predict', 'video'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** What a job does one after the other. */
export const JOB_ITEMS = ['image', 'frame'] as const;
export type JobItem = (typeof JOB_ITEMS)[number];

/**
 * Paths are relative to the run folder, with forward slashes; those of a job are absolute. Times are ISO 8601, UTC. The
 * `step` of a job counts the items that are done.
 */
export type RunEventBody =
  | {
      readonly type: 'run-started';
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly resumed: boolean;
      /** What the backend says of itself: name, device, threads. */
      readonly backend: { readonly name: string; readonly device: string };
      /** What the training is going to take at its peak, where that was found out; see `checkMemory`. */
      readonly memory?: { readonly ramBytes: number; readonly deviceBytes: number; readonly summary: string };
      readonly config: unknown;
      /** The version of this software. */
      readonly version?: string;
      /** Where the data lie, as it was typed. */
      readonly data?: string;
    }
  | {
      readonly type: 'step';
      /** Steps done, counted over the whole run, 1 after the first. */
      readonly step: number;
      readonly epoch: number;
      /** Means over the steps since the last such event. */
      readonly losses: LossReport;
      readonly learningRate: { readonly generator: number; readonly discriminator: number };
      /** Time of one step: the mean over the steps since the last such event. */
      readonly seconds: number;
      readonly memory: MemoryReport;
    }
  | {
      readonly type: 'sample';
      readonly step: number;
      readonly path: string;
      /** For a model that translates. */
      readonly direction?: 'AtoB' | 'BtoA';
    }
  | {
      /** How good the model is on images that it was not trained on. */
      readonly type: 'validation';
      readonly step: number;
      /** By name, such as `iou`; a higher one is better. */
      readonly scores: Readonly<Record<string, number>>;
      readonly seconds: number;
    }
  | {
      /** A command that was obeyed; `learningRate` holds the rates before the schedule's factor. */
      readonly type: 'control';
      readonly step: number;
      readonly command: ControlCommandName;
      readonly learningRate?: { readonly generator: number; readonly discriminator: number };
    }
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string; readonly seconds: number }
  | { readonly type: 'warning'; readonly code: string; readonly message: string; readonly step?: number }
  | { readonly type: 'alarm'; readonly code: AlarmCode; readonly message: string; readonly step: number }
  | {
      readonly type: 'run-finished';
      readonly step: number;
      readonly reason: FinishReason;
      readonly checkpoint: string | null;
    }
  | { readonly type: 'run-failed'; readonly step: number; readonly message: string }
  | {
      readonly type: 'job-started';
      /** Items that an earlier job had done already. */
      readonly step: number;
      readonly job: JobKind;
      readonly item: JobItem;
      /** Items in all; null where nobody knows. */
      readonly totalSteps: number | null;
      readonly run: string;
      readonly input: string;
      readonly output: string;
      readonly backend: { readonly name: string; readonly device: string };
    }
  | {
      readonly type: 'job-progress';
      readonly step: number;
      readonly totalSteps: number | null;
      /** Time of one item and its instances: means over the items since the last such event. */
      readonly seconds: number;
      readonly instances: number;
      /** The picture that was written last, where pictures are. */
      readonly path?: string;
    }
  | {
      readonly type: 'job-finished';
      readonly step: number;
      readonly reason: FinishReason | 'failed';
      /** Items that could not be done. */
      readonly failed: number;
      /** Why the job as a whole failed. */
      readonly message?: string;
    };

export type ControlCommandName =
  | 'pause'
  | 'resume'
  | 'checkpoint'
  | 'sample'
  | 'learning-rate'
  | 'stop-after-epoch'
  | 'stop';

export type AlarmCode =
  | 'loss-not-finite'
  | 'loss-exploding'
  | 'masks-all-background'
  | 'masks-all-object'
  | 'discriminator-at-zero'
  | 'score-falling';

export type RunEvent = RunEventBody & { readonly v: typeof EVENT_SCHEMA_VERSION; readonly time: string };
