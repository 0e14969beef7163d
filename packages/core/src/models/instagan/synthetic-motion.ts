import * as tf from '@tensorflow/tfjs';
import { type DeviceSample, type InstanceSet, joinSamples } from '../../networks/instance-set.ts';
import { reflectionPad } from '../../ops/reflection-pad.ts';
import type { Rng } from '../../random/rng.ts';

/** A camera that moves a little, as between two frames of a video: what it sees next, in pixels of what it saw. */
export interface SyntheticMotion {
  readonly top: number;
  readonly left: number;
  /** Of the last row and column; the picture's own for a camera that stands still. */
  readonly bottom: number;
  readonly right: number;
}

/** How far it moves at most, as shares of the shorter side: sideways, and inwards or outwards at each edge. */
const MAX_SHIFT = 1 / 24;
const MAX_ZOOM = 1 / 48;

interface Size {
  readonly height: number;
  readonly width: number;
}

export function drawMotion(rng: Rng, { height, width }: Size): SyntheticMotion {
  const side = Math.min(height, width);
  const signed = (max: number) => side * max * (2 * rng.uniform() - 1);
  const [down, right, outwards] = [signed(MAX_SHIFT), signed(MAX_SHIFT), signed(MAX_ZOOM)];
  // Both sides by the same factor.
  const [growY, growX] = [(outwards * height) / side, (outwards * width) / side];
  return {
    ...{ top: down - growY, left: right - growX },
    ...{ bottom: height - 1 + down + growY, right: width - 1 + right + growX },
  };
}

/** A motion on the device, for a number of samples and of their instances. */
export interface DeviceMotion {
  /** What each image, and each mask, shows after the motion, in shares of the padded one, and the row that it comes from. */
  readonly image: { readonly boxes: tf.Tensor2D; readonly rows: tf.Tensor1D };
  readonly masks: { readonly boxes: tf.Tensor2D; readonly rows: tf.Tensor1D };
  /** `[1, height, width, 1]`: 1 where the moved picture shows what the other one does too, 0 where it is made up. */
  readonly seen: tf.Tensor4D;
}

export function uploadMotion(motion: SyntheticMotion, samples: readonly DeviceSample[]): DeviceMotion {
  const [{ image }] = samples as [DeviceSample];
  const [, height, width] = image.shape;
  const margin = marginOf({ height, width });
  const box = [
    (motion.top + margin) / (height - 1 + 2 * margin),
    (motion.left + margin) / (width - 1 + 2 * margin),
    (motion.bottom + margin) / (height - 1 + 2 * margin),
    (motion.right + margin) / (width - 1 + 2 * margin),
  ];
  const repeated = (count: number) => ({
    boxes: tf.tensor2d(new Array<number[]>(count).fill(box), [count, 4]),
    rows: tf.range(0, count, 1, 'int32'),
  });
  return {
    image: repeated(samples.length),
    masks: repeated(samples.reduce((sum, { masks }) => sum + masks.shape[0], 0)),
    seen: seenAfter(motion, { height, width }),
  };
}

/** The samples as they look after a motion (bilinear; beyond the edge, mirrored). Not differentiable. */
export function moved(samples: readonly DeviceSample[], motion: DeviceMotion): InstanceSet {
  const { image, masks, counts } = joinSamples(samples);
  return { image: cropped(image, motion.image), masks: cropped(masks, motion.masks), counts };
}

function cropped(x: tf.Tensor4D, { boxes, rows }: DeviceMotion['image']): tf.Tensor4D {
  const [, height, width] = x.shape;
  return tf.image.cropAndResize(reflectionPad(x, marginOf({ height, width })), boxes, rows, [height, width]);
}

/** Mirrored pixels that no motion leads out of. */
function marginOf({ height, width }: Size): number {
  return Math.ceil(MAX_SHIFT * Math.min(height, width) + MAX_ZOOM * Math.max(height, width)) + 1;
}

function seenAfter({ top, left, bottom, right }: SyntheticMotion, { height, width }: Size): tf.Tensor4D {
  const isInside = (at: number, first: number, last: number, length: number) => {
    const from = first + (at * (last - first)) / (length - 1);
    return from >= 0 && from <= length - 1;
  };
  const seen = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    if (!isInside(y, top, bottom, height)) continue;
    for (let x = 0; x < width; x++) if (isInside(x, left, right, width)) seen[y * width + x] = 1;
  }
  return tf.tensor4d(seen, [1, height, width, 1]);
}
