import type { PresetName, TrainingConfigInput } from '@instagan/core';
import type { TrainingProcessOptions } from './training-process.ts';

export interface TrainCommandOptions extends TrainingProcessOptions {
  readonly dryRun?: true;
  readonly preset?: PresetName;
  readonly config?: string;
  /** Those typed as options. */
  readonly settings: TrainingConfigInput;
}
