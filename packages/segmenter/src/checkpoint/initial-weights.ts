import { type Checkpoint, MODEL_FILE, readModel, readRunConfig, UsageError } from '@instagan/core';
import { type SegmenterConfig, segmenterConfigs } from '../config/segmenter-config.ts';

/** What decides the shapes of a U-Net's weights. */
const NETWORK = ['ngf', 'levels', 'refine', 'depth'] as const;

/** The settings that a segmenter takes over from the one whose weights it begins with: the network, and its size. */
export type InheritedConfig = Pick<SegmenterConfig, (typeof NETWORK)[number] | 'size'>;

/** @throws UserError if the folder is not a run of a segmenter */
export async function inheritedConfig(runFolder: string): Promise<InheritedConfig> {
  const { ngf, levels, refine, depth, size } = await readRunConfig(segmenterConfigs, runFolder);
  return { ngf, levels, refine, depth, size };
}

/**
 * The U-Net of a run's newest whole checkpoint, to begin another training with: without Adam's moments, and without the
 * discriminator, which has learned what masks of other objects look like.
 *
 * @param config of the training that is to begin
 * @throws UserError if the folder is not a run of a segmenter or has no checkpoint; UsageError if its network is another one
 */
export async function initialWeights(runFolder: string, config: SegmenterConfig): Promise<Checkpoint> {
  const own = await inheritedConfig(runFolder);
  for (const name of NETWORK) {
    if (own[name] === config[name]) continue;
    throw new UsageError(
      `${runFolder} has ${name} ${own[name]}, so its weights do not fit ${name} ${config[name]}: leave that setting out.`,
    );
  }
  const { checkpoint, model } = await readModel(runFolder);
  const generator = new Map([...model].filter(([name]) => name.startsWith('generator.')));
  return { ...checkpoint, files: { [MODEL_FILE]: generator } };
}
