import type { ModelName, PresetName } from '@instagan/core';
import type { ComputeOptions } from '../options/shared.ts';
import type { LearningRateValue, ScheduleValue, SizeValue } from '../options/values.ts';

export interface TrainCommandOptions extends ComputeOptions {
  readonly data: string;
  readonly run: string;
  readonly resume?: true;
  readonly steps?: number;
  readonly epochs?: number;
  readonly timeLimit?: number;
  readonly preset?: PresetName;
  readonly config?: string;
  readonly model?: ModelName;
  readonly size?: SizeValue;
  readonly ngf?: number;
  readonly ndf?: number;
  readonly blocks?: number;
  readonly batch?: number;
  readonly maxInstances?: number;
  readonly instancesPerChunk?: number;
  readonly learningRate?: LearningRateValue;
  readonly schedule?: ScheduleValue;
  readonly seed?: number;
  readonly ui: 'auto' | 'plain' | 'json';
  readonly logEvery?: number;
  readonly checkpointEvery?: number;
  readonly keepCheckpoints?: number;
  readonly sampleEvery?: number;
}
