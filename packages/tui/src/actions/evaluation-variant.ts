import type { TrainingConfig, TranslateOptions, TranslationDirection } from '@instagan/core';
import { likeTraining } from '@instagan/core/evaluation';
import { MAX_INSTANCES } from '../options/shared.ts';
import type { SizeValue } from '../options/values.ts';

/** What decides the figures of an evaluation, beside the checkpoint, the images and the classifier. */
export interface EvaluationChoices extends Pick<TranslateOptions, 'region' | 'background' | 'rimPx'> {
  readonly size?: SizeValue | 'keep' | undefined;
  readonly instancesPerChunk?: number | undefined;
  readonly maxInstances?: number;
  readonly images?: number | undefined;
  readonly direction?: TranslationDirection | 'both';
}

/**
 * The options by which an evaluation differs from the run's own score, which is that of what the model was trained to do, in both
 * directions, on all images: such as `--instances-per-chunk 1`. None for the run's own.
 */
export function variantOf(config: TrainingConfig, choices: EvaluationChoices): readonly string[] {
  const own = likeTraining(config);
  const sizeText = (size: SizeValue | 'keep') => (size === 'keep' ? size : `${size.height}x${size.width}`);
  const options = [
    ['size', sizeText(choices.size ?? own.size), sizeText(own.size)],
    ['region', choices.region, own.translation.region],
    ['background', choices.background, own.translation.background],
    ['rim', choices.rimPx, undefined],
    ['max-instances', choices.maxInstances, MAX_INSTANCES],
    ['instances-per-chunk', choices.instancesPerChunk, config.instancesPerChunk],
    ['images', choices.images, undefined],
    ['direction', choices.direction, 'both'],
  ] as const;
  return options.flatMap(([name, value, usual]) =>
    value === undefined || value === usual ? [] : [`--${name} ${value}`],
  );
}
