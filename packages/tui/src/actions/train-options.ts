import type { ModelName, PresetName } from '@instagan/core';
import type { LearningRateValue, ScheduleValue, SizeValue } from '../options/values.ts';
import type { TrainingProcessOptions } from './training-process.ts';

export interface TrainCommandOptions extends TrainingProcessOptions {
  readonly data: string;
  readonly dryRun?: true;
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
  readonly maskJitter?: number;
  readonly consistency?: number;
  readonly learningRate?: LearningRateValue;
  readonly schedule?: ScheduleValue;
  readonly seed?: number;
  readonly logEvery?: number;
  readonly checkpointEvery?: number;
  readonly keepCheckpoints?: number;
  readonly sampleEvery?: number;
}
