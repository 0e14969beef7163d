import type { SizePx } from '../../data/transform-draw.ts';
import type { TrainingConfig } from '../../models/training-config.ts';

/** How a model meets the images that it is scored on. */
export interface ImagesLikeTraining {
  /** What images are stretched to. */
  readonly size: SizePx | 'keep';
  readonly translation: Pick<TrainingConfig, 'region' | 'background'>;
}

/** Images as a training with these settings sees them: regions are cut from images of any size. */
export function likeTraining({
  size,
  region,
  background,
}: Pick<TrainingConfig, 'size' | 'region' | 'background'>): ImagesLikeTraining {
  return { size: region === 'objects' ? 'keep' : size, translation: { region, background } };
}
