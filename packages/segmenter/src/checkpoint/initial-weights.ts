import { type Checkpoint, inheritedSettings, initialNetworks } from '@instagan/core';
import { type SegmenterConfig, segmenterConfigs } from '../config/segmenter-config.ts';

/** What decides the shapes of a U-Net's weights. */
const NETWORK = ['ngf', 'levels', 'refine', 'depth'] as const;

/** The settings that a segmenter takes over from the one whose weights it begins with: the network, and its size. */
export type InheritedConfig = Pick<SegmenterConfig, (typeof NETWORK)[number] | 'size'>;

/** @throws UserError if the folder is not a run of a segmenter */
export function inheritedConfig(runFolder: string): Promise<InheritedConfig> {
  return inheritedSettings(segmenterConfigs, runFolder, [...NETWORK, 'size']);
}

/**
 * The U-Net of a run, to begin another training with; see `initialNetworks`. Its discriminator has learned what masks of other
 * objects look like, and stays.
 */
export function initialWeights(runFolder: string, config: SegmenterConfig): Promise<Checkpoint> {
  return initialNetworks(segmenterConfigs, runFolder, config, {
    names: NETWORK,
    adapt: (weights) => new Map([...weights].filter(([name]) => name.startsWith('generator.'))),
  });
}
