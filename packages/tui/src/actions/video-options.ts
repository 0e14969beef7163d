import type { TranslationDirection } from '@instagan/core';
import type { CodecName, ContainerName } from '@instagan/video';
import type { CheckpointOptions, ComputeOptions, TranslationOptions } from '../options/shared.ts';
import type { ShardValue, SizeValue } from '../options/values.ts';
import type { InstanceOptions } from './segment-pictures.ts';

/** What `instagan video` takes. */
export interface VideoCommandOptions extends ComputeOptions, InstanceOptions, TranslationOptions, CheckpointOptions {
  readonly run?: string;
  readonly input: string;
  readonly output: string;
  readonly masks?: string;
  readonly segmenter?: string;
  readonly direction: TranslationDirection;
  readonly maxInstances: number;
  readonly start?: number;
  readonly duration?: number;
  readonly size?: SizeValue;
  readonly fps?: number;
  readonly every?: number;
  readonly deinterlace?: true;
  readonly audioTrack?: readonly number[];
  readonly tolerateDamage?: true;
  readonly maskSmoothing?: number;
  readonly bridge?: number;
  readonly blend?: number;
  readonly compare?: true;
  readonly overwrite?: true;
  readonly codec?: CodecName;
  readonly container?: ContainerName;
  readonly crf?: number;
  readonly encoder: 'software' | 'hardware';
  readonly resume?: true;
  readonly partFrames: number;
  /** The name of `partFrames` in earlier versions. */
  readonly segmentFrames?: number;
  readonly shard?: ShardValue;
  readonly join?: true;
  readonly json?: true;
}
