import {
  type Checkpoint,
  LASTING_STEPS,
  type Learner,
  type Picture,
  type Symptom,
  type TrainingTask,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { type SegmenterConfig, segmenterConfigs } from '../config/segmenter-config.ts';
import type { SegmenterBatch } from '../data/segmenter-batches.ts';
import { scoreSegmentation } from '../evaluation/score-segmentation.ts';
import { predictMaps } from '../inference/predict-maps.ts';
import { splitMask } from '../instances/split-mask.ts';
import { segmenterNetworks } from '../networks/segmenter-networks.ts';
import { segmentationSheet } from './segmentation-sheet.ts';
import { disposeSegmenterState, segmenterCheckpoint, segmenterState } from './segmenter-state.ts';
import { segmenterStep } from './segmenter-step.ts';
import type { ValidationImage } from './validation-images.ts';

/** Mean of the predicted masks, in [-1, 1], beyond which nothing, or everything, is an object. */
const ALL_BACKGROUND = -0.999;
const ALL_OBJECT = 0.98;
/** Images predicted at once. */
const VALIDATION_BATCH = 4;

/** What a training needs beyond its configuration, asked for once its data are open. */
export interface SegmenterSurroundings {
  /** Loads what is validated on, when it is first needed. */
  heldOut(): Promise<readonly ValidationImage[]>;
  /** Weights that a new run begins with; null for random ones. */
  initial(): Checkpoint | null;
}

export function segmenterTask(surroundings: SegmenterSurroundings): TrainingTask<SegmenterConfig, SegmenterBatch> {
  return {
    configs: segmenterConfigs,
    begin: (config, checkpoint) => beginSegmenter(config, checkpoint ?? surroundings.initial(), surroundings.heldOut),
  };
}

function beginSegmenter(
  config: SegmenterConfig,
  checkpoint: Checkpoint | null,
  heldOut: SegmenterSurroundings['heldOut'],
): Learner<SegmenterBatch> {
  const { seed, validateEvery } = config;
  const networks = segmenterNetworks(config);
  const state = segmenterState(networks, seed, checkpoint);
  const predictor = { networks, parameters: state.generator.parameters };
  return {
    reasonToSkip: () => null,
    *learn(batch, { learningRate }) {
      const device = upload(batch);
      try {
        yield segmenterStep(state, networks, device, { config, learningRate });
      } finally {
        tf.dispose([device.image, device.mask, device.depth]);
      }
    },
    examine: ({ predictedMasks = 0, ...losses }) => ({ losses, symptoms: symptomsOf(predictedMasks) }),
    pictures: async (batch) => [{ picture: await pictureOf(predictor, batch) }],
    validatesAt: (step) => validateEvery > 0 && step % validateEvery === 0,
    validate: async () => {
      const images = await heldOut();
      if (images.length === 0) return null;
      const scored = [];
      for (let first = 0; first < images.length; first += VALIDATION_BATCH) {
        const part = images.slice(first, first + VALIDATION_BATCH);
        const maps = await predictMaps(predictor, part);
        for (const [i, { truth }] of part.entries()) scored.push({ predicted: splitMask(maps[i]!), truth });
      }
      const { iou, precision, recall, ap50 } = scoreSegmentation(scored);
      return { scores: { iou, precision, recall, ap50 }, main: 'iou' };
    },
    toCheckpoint: () => segmenterCheckpoint(state, seed),
    dispose: () => disposeSegmenterState(state),
  };
}

function upload({ names, height, width, image, mask, depth }: SegmenterBatch) {
  const count = names.length;
  return {
    image: tf.tensor4d(image, [count, height, width, 3]),
    mask: tf.tensor4d(mask, [count, height, width, 1]),
    depth: tf.tensor4d(depth, [count, height, width, 1]),
  };
}

function symptomsOf(predictedMasks: number): Symptom[] {
  return [
    {
      key: 'background',
      code: 'masks-all-background',
      holds: predictedMasks < ALL_BACKGROUND,
      message: `the predicted masks have been empty for ${LASTING_STEPS} steps; lower the learning rate.`,
    },
    {
      key: 'object',
      code: 'masks-all-object',
      holds: predictedMasks > ALL_OBJECT,
      message: `the predicted masks have covered everything for ${LASTING_STEPS} steps; lower the learning rate.`,
    },
  ];
}

/** Image, true mask, predicted mask and its objects, for each image of a batch. */
async function pictureOf(predictor: Parameters<typeof predictMaps>[0], batch: SegmenterBatch): Promise<Picture> {
  const { height, width } = batch;
  const pixels = height * width;
  const inputs = batch.names.map((_, slot) => ({
    height,
    width,
    image: batch.image.subarray(slot * pixels * 3, (slot + 1) * pixels * 3),
  }));
  const maps = await predictMaps(predictor, inputs);
  return segmentationSheet(
    inputs.map((input, slot) => ({
      ...input,
      truth: batch.mask.subarray(slot * pixels, (slot + 1) * pixels),
      maps: maps[slot]!,
      split: splitMask(maps[slot]!),
    })),
  );
}
