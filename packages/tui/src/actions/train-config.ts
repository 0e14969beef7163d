import { PRESETS, type TrainingConfig, translationConfigs } from '@instagan/core';
import { type Fields, resolveConfig } from './resolve-config.ts';
import type { TrainCommandOptions } from './train-options.ts';

/**
 * The configuration that `instagan train` is asked for.
 *
 * @throws UsageError naming what is wrong; UserError if a file cannot be read
 */
export function resolveTrainingConfig(options: TrainCommandOptions): Promise<TrainingConfig> {
  const { preset, ...sources } = options;
  const chosen = preset === undefined ? {} : { preset: PRESETS[preset] };
  return resolveConfig(translationConfigs, { ...sources, ...chosen, options: fieldsOf(options) });
}

function fieldsOf(options: TrainCommandOptions): Fields {
  const {
    model,
    size,
    ngf,
    ndf,
    blocks,
    batch,
    maxInstances,
    instancesPerChunk,
    maskJitter,
    consistency,
    learningRate,
    schedule,
    seed,
  } = options;
  const { logEvery, checkpointEvery, keepCheckpoints, sampleEvery } = options;
  const networks = { model, size, ngf, ndf, blocks };
  const weights = consistency === undefined ? undefined : { consistency };
  const steps = { batch, maxInstances, instancesPerChunk, maskJitter, weights, learningRate, epochs: schedule, seed };
  return { ...networks, ...steps, logEvery, checkpointEvery, keepCheckpoints, sampleEvery };
}
