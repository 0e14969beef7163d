import { type CheckpointChoice, readModel, readRunConfig, tensorsFromArrays } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import { type SegmenterConfig, segmenterConfigs } from '../config/segmenter-config.ts';
import { segmenterNetworks } from '../networks/segmenter-networks.ts';
import type { Segmenter } from './predict-maps.ts';

export interface LoadedSegmenter extends Segmenter {
  /** Step of the checkpoint it comes from. */
  readonly step: number;
  readonly config: SegmenterConfig;
  /** One sentence for each damaged checkpoint that was passed over. */
  readonly warnings: readonly string[];
  dispose(): void;
}

/**
 * Loads the segmenter of a run.
 *
 * @throws UserError if the folder is not a run of a segmenter, or the run has no such checkpoint
 */
export async function loadSegmenter(runFolder: string, choice: CheckpointChoice = 'last'): Promise<LoadedSegmenter> {
  const config = await readRunConfig(segmenterConfigs, runFolder);
  const { checkpoint, model, warnings } = await readModel(runFolder, choice);
  const networks = segmenterNetworks(config);
  const parameters = tensorsFromArrays(networks.generatorSpecs, model, 'generator.', checkpoint.folder);
  return {
    networks,
    parameters,
    size: config.size,
    config,
    step: checkpoint.step,
    warnings,
    dispose: () => tf.dispose([...parameters.values()]),
  };
}
