import { UserError } from '@instagan/core';
import type { BoxedMask } from '@instagan/core/data';
import { indexMasks, type MaskFile, readBoxedMask } from '@instagan/datasets';
import type { FrameSegmenter } from '@instagan/video';

/**
 * The masks of a video from files `DIR/NAME00001_0.png`, …: the number at the end of NAME is that of the frame, from 1 on, or
 * from 0 on if there is a frame 0. A frame without a file has no instance.
 *
 * @throws UserError if there is no such folder, or no mask of a frame in it; from the segmenter, if a file cannot be read
 */
export async function openFrameMasks(folder: string): Promise<FrameSegmenter> {
  const index = await indexMasks(folder);
  if (index === null) throw new UserError(`There is no folder of masks ${folder}: check --masks.`);
  const byFrame = new Map<number, readonly MaskFile[]>();
  for (const [name, masks] of index.byName) {
    const [, digits] = /(\d+)$/.exec(name) ?? [];
    if (digits === undefined) continue;
    if (byFrame.has(Number(digits))) {
      throw new UserError(`${folder} holds masks of two videos, for frame ${digits}: keep those of one.`);
    }
    byFrame.set(Number(digits), masks);
  }
  if (byFrame.size === 0) {
    throw new UserError(
      `${folder} holds no masks of frames: name them NAME00001_0.png, NAME00001_1.png, … for the first frame.`,
    );
  }
  const first = byFrame.has(0) ? 0 : 1;
  return async ({ index: frame, width, height }) => {
    const masks: BoxedMask[] = [];
    for (const { file } of byFrame.get(frame + first) ?? []) {
      const mask = await readBoxedMask(file, { width, height });
      if (mask !== null) masks.push(mask);
    }
    return masks;
  };
}
