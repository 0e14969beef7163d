import {
  type BatchSource,
  type Checkpoint,
  initialCheckpoint,
  type MaskedImages,
  type RunEvent,
  type RunOptions,
  trainRun,
  UserError,
} from '@instagan/core';
import { initialWeights } from '../checkpoint/initial-weights.ts';
import type { SegmenterConfig } from '../config/segmenter-config.ts';
import { type SegmenterBatch, segmenterBatches, splitImages } from '../data/segmenter-batches.ts';
import { segmenterTask } from './segmenter-learner.ts';
import { loadValidationImages, type ValidationImage } from './validation-images.ts';

/** The images of one domain, and their faults that do not stop training, one sentence each. */
export interface SegmenterData extends MaskedImages {
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export interface TrainSegmenterOptions extends Omit<RunOptions<SegmenterConfig, SegmenterBatch>, 'openData'> {
  /** Opens the images, once the configuration is known. */
  readonly openData: (config: SegmenterConfig) => Promise<SegmenterData>;
}

/**
 * Trains a segmenter; see `trainRun`. A share of the images is held out and validated on.
 *
 * @throws UserError if the run cannot start, the data fail, or a loss is not finite; the last good checkpoint stays
 */
export function trainSegmenter(options: TrainSegmenterOptions): AsyncGenerator<RunEvent, void> {
  let heldOut: () => Promise<readonly ValidationImage[]> = async () => [];
  let initial: Checkpoint | null = null;
  return trainRun(segmenterTask({ heldOut: () => heldOut(), initial: () => initial }), {
    ...options,
    openData: async (config): Promise<BatchSource<SegmenterBatch>> => {
      initial = await initialCheckpoint(options.runFolder, config.init, (init) => initialWeights(init, config));
      const data = await options.openData(config);
      const parts = splitImages(data.count, config);
      if (parts.train.length === 0) throw new UserError('No image has a mask to train on: add masks for some.');
      let loading: Promise<readonly ValidationImage[]> | undefined;
      heldOut = () => {
        loading ??= loadValidationImages(data, parts.heldOut, config);
        return loading;
      };
      const isUnscored = parts.heldOut.length === 0 && config.heldOut > 0 && config.validateEvery > 0;
      const warnings = isUnscored ? [...data.warnings, unscored(data.count)] : data.warnings;
      return { ...segmenterBatches(data, parts.train, config), warnings, close: () => data.close() };
    },
  });
}

function unscored(count: number): string {
  return `${count === 1 ? '1 image is' : `${count} images are`} too few to hold some out: the segmenter is not scored while it is trained. "instagan segmenter evaluate" scores it afterwards.`;
}
