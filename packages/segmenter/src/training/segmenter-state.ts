import {
  type Checkpoint,
  type CheckpointContent,
  createRng,
  initialParameters,
  MODEL_FILE,
  type NamedArrays,
  OPTIMIZER_FILE,
  readTensors,
  TrainedParameters,
  trainedFromCheckpoint,
  trainedTensors,
} from '@instagan/core';
import type { SegmenterNetworks } from '../networks/segmenter-networks.ts';

/** Everything that changes while a segmenter is trained. */
export interface SegmenterState {
  readonly generator: TrainedParameters;
  readonly discriminator: TrainedParameters;
}

const NETWORKS = ['generator', 'discriminator'] as const;

/** @param checkpoint what it holds is restored, the rest begins anew; null restores nothing */
export function segmenterState(
  networks: SegmenterNetworks,
  seed: number,
  checkpoint: Checkpoint | null,
): SegmenterState {
  const network = (name: (typeof NETWORKS)[number], specs: SegmenterNetworks['generatorSpecs']) => {
    const restored = checkpoint === null ? null : trainedFromCheckpoint(checkpoint, name, specs);
    return restored ?? new TrainedParameters(initialParameters(specs, createRng(seed, 'weights', name)));
  };
  return {
    generator: network('generator', networks.generatorSpecs),
    discriminator: network('discriminator', networks.discriminatorSpecs),
  };
}

/** Reads the whole state off the device, as the files of a checkpoint. */
export async function segmenterCheckpoint(state: SegmenterState, seed: number): Promise<CheckpointContent> {
  const parts = NETWORKS.map((name) => trainedTensors(name, state[name]));
  const read = async (which: 'model' | 'optimizer'): Promise<NamedArrays> =>
    readTensors(new Map(parts.flatMap((part) => [...part[which]])));
  const updates = Object.fromEntries(NETWORKS.map((name) => [name, state[name].step]));
  return {
    files: { [MODEL_FILE]: await read('model'), [OPTIMIZER_FILE]: await read('optimizer') },
    manifest: { model: 'pix2pix', seed, updates },
  };
}

export function disposeSegmenterState(state: SegmenterState): void {
  for (const name of NETWORKS) state[name].dispose();
}
