import type { TrainingConfig } from '../training-config.ts';
import type { LossWeights } from './losses.ts';

/** What a training step takes of the settings. */
export type StepConfig = Pick<TrainingConfig, 'instancesPerChunk' | 'adam'> &
  Partial<Pick<TrainingConfig, 'ema' | 'diffAugment'>> & { readonly weights: LossWeights };
