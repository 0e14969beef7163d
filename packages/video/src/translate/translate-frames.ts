import { type TranslateOptions, type Translator, translateSample } from '@instagan/core';
import type { BoxedMask, InstanceMask } from '@instagan/core/data';
import { channelsOf, type FrameFormat, type VideoFrame } from '../frame.ts';
import { FrameBlender } from '../motion/frame-blender.ts';
import { InstanceTracker, type TrackedInstance, type TrackingOptions } from '../tracking/instance-tracker.ts';
import { SceneFinder } from '../tracking/scene-finder.ts';
import { SteadyRegions } from '../tracking/steady-regions.ts';
import { ahead } from './ahead.ts';
import { coloursOf, withColours } from './frame-pixels.ts';

/** A frame as the finder of its instances sees it. */
export interface FrameImage {
  /** 0 for the first frame of the source. */
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** RGB, `[height, width, 3]`, 0 … 255. */
  readonly image: Uint8Array;
}

/**
 * Finds the instances of a frame: a mask each, in any order. In large frames masks of the smallest boxes around objects take far less
 * time than whole ones, and bytes less than values.
 */
export type FrameSegmenter = (frame: FrameImage) => Promise<readonly InstanceMask[]>;

export interface TranslateFramesOptions
  extends Pick<TranslateOptions, 'instancesPerChunk' | 'region' | 'background' | 'rimPx'> {
  readonly translator: Translator;
  readonly segment: FrameSegmenter;
  /** At most this many instances of a frame change, those first seen. @default 20 */
  readonly maxInstances?: number;
  readonly tracking?: TrackingOptions;
  /**
   * Weight of the translated frame before, moved along with what is seen, in each: 0 … 0.9. More is steadier; 0 costs nothing.
   *
   * @default 0
   */
  readonly blending?: number;
  /**
   * Frames that are looked at, so that the instances of those after them are known, and do not come out. @default none
   */
  readonly isWarmUp?: (frame: VideoFrame) => boolean;
  /**
   * Translates frames in their own memory where that saves a copy. They are then no longer what they were, `original` neither, and a
   * segmenter must copy what it keeps of them. Blending needs the originals, so nothing changes with it.
   *
   * @default false
   */
  readonly changesFrames?: boolean;
}

/** What became of a frame. */
export interface TranslatedFrame {
  readonly index: number;
  readonly ticks: number;
  /** As it came in; with `changesFrames` it may be `data`. */
  readonly original: Uint8Array;
  /** In the same layout, alpha included. */
  readonly data: Uint8Array;
  /** What was found in it, in a steady order. */
  readonly instances: readonly TrackedInstance[];
  /** The translated mask of each, values in [-1, 1], in a box that holds all of it. */
  readonly masks: readonly BoxedMask<Float32Array>[];
}

/** Frames whose instances are found ahead of the translation. */
const FOUND_AHEAD = 1;
/** Frames that wait to be looked at. */
const DECODED_AHEAD = 2;

/**
 * Translates frames of any source, such as a decoder or a camera: finds the instances of each, gives them steady numbers
 * and masks, and translates them. Frames are read a few ahead, never more, and come out in order.
 *
 * @throws from the iterator whatever the source, the segmenter or the translation throws
 */
export async function* translateFrames(
  frames: AsyncIterable<VideoFrame>,
  format: FrameFormat,
  options: TranslateFramesOptions,
): AsyncGenerator<TranslatedFrame, void, void> {
  const { translator, maxInstances = 20, blending = 0, isWarmUp = () => false } = options;
  const { instancesPerChunk, region, background, rimPx } = options;
  const changesFrames = options.changesFrames === true && blending === 0;
  const how: TranslateOptions = {
    ...{ maxInstances, order: 'given', changesImage: changesFrames },
    ...(instancesPerChunk !== undefined && { instancesPerChunk }),
    ...(region && { region }),
    ...(background && { background }),
    ...(rimPx !== undefined && { rimPx }),
  };
  const { width, height } = format;
  const channels = channelsOf(format);
  const steady = new SteadyRegions();
  const newBlender = () => (blending > 0 ? new FrameBlender(format, channels, blending) : null);
  let blender = newBlender();
  let lastScene = 0;
  for await (const { frame, image, scene, instances } of ahead(findInstances(frames, format, options), FOUND_AHEAD)) {
    // Nothing of one scene belongs into another.
    if (scene !== lastScene) blender = newBlender();
    lastScene = scene;
    // Without blending no translation depends on the one before.
    if (isWarmUp(frame) && blender === null) continue;
    const sample = {
      ...{ name: `frame ${frame.index}`, width, height, image },
      masks: instances.map(({ mask }) => mask),
    };
    const plan = steady.planner(instances.map(({ id }) => id));
    const output = await translateSample(translator, sample, { ...how, plan });
    const { masks } = output;
    const translated = output === sample ? frame.data : withColours(output.image, frame.data, channels, changesFrames);
    const data = blender?.blend({ original: frame.data, translated, instances, masks }) ?? translated;
    if (isWarmUp(frame)) continue;
    yield { index: frame.index, ticks: frame.ticks, original: frame.data, data, instances, masks };
  }
}

interface FoundInstances {
  readonly frame: VideoFrame;
  readonly image: Uint8Array;
  /** Frames with the same number show the same scene. */
  readonly scene: number;
  readonly instances: readonly TrackedInstance[];
}

async function* findInstances(
  frames: AsyncIterable<VideoFrame>,
  format: FrameFormat,
  { segment, tracking }: TranslateFramesOptions,
): AsyncGenerator<FoundInstances, void, void> {
  const { width, height } = format;
  const channels = channelsOf(format);
  const tracker = new InstanceTracker(tracking);
  const scenes = new SceneFinder();
  for await (const frame of ahead(frames, DECODED_AHEAD)) {
    const image = coloursOf(frame.data, channels);
    const masks = await segment({ index: frame.index, width, height, image });
    const seen = { width, height, channels, data: frame.data };
    const scene = scenes.sceneOf(seen);
    yield { frame, image, scene, instances: tracker.update(seen, masks, scene) };
  }
}
