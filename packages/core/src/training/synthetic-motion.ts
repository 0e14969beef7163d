import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../backends/program.ts';
import { type DeviceSample, type InstanceSet, joinSamples } from '../networks/instance-set.ts';
import { reflectionPad } from '../ops/reflection-pad.ts';
import type { Rng } from '../random/rng.ts';

/** A camera that moves a little, as between two frames of a video: what it sees next, in pixels of what it saw. */
export interface SyntheticMotion {
  readonly top: number;
  readonly left: number;
  /** Of the last row and column; the picture's own for a camera that stands still. */
  readonly bottom: number;
  readonly right: number;
}

/** How far it moves at most, as shares of the shorter side: sideways, and inwards or outwards at each edge. */
const MOST_SHIFT = 1 / 24;
const MOST_ZOOM = 1 / 48;

interface Size {
  readonly height: number;
  readonly width: number;
}

export function drawMotion(rng: Rng, { height, width }: Size): SyntheticMotion {
  const side = Math.min(height, width);
  const signed = (most: number) => side * most * (2 * rng.uniform() - 1);
  const [down, right, outwards] = [signed(MOST_SHIFT), signed(MOST_SHIFT), signed(MOST_ZOOM)];
  // Both sides by the same factor.
  const [growY, growX] = [(outwards * height) / side, (outwards * width) / side];
  return {
    ...{ top: down - growY, left: right - growX },
    ...{ bottom: height - 1 + down + growY, right: width - 1 + right + growX },
  };
}

/** A motion as inputs of a program that moves samples by it. */
export function nameMotion(prefix: string, motion: SyntheticMotion, samples: readonly DeviceSample[]): NamedTensors {
  const [{ image }] = samples as [DeviceSample];
  const [, height, width] = image.shape;
  const instances = samples.reduce((sum, { masks }) => sum + masks.shape[0], 0);
  const margin = marginOf({ height, width });
  const box = [
    (motion.top + margin) / (height - 1 + 2 * margin),
    (motion.left + margin) / (width - 1 + 2 * margin),
    (motion.bottom + margin) / (height - 1 + 2 * margin),
    (motion.right + margin) / (width - 1 + 2 * margin),
  ];
  const boxes = (count: number) => tf.tensor2d(new Array<number[]>(count).fill(box), [count, 4]);
  return {
    [`${prefix}.imageBoxes`]: boxes(samples.length),
    [`${prefix}.imageRows`]: tf.range(0, samples.length, 1, 'int32'),
    [`${prefix}.maskBoxes`]: boxes(instances),
    [`${prefix}.maskRows`]: tf.range(0, instances, 1, 'int32'),
    [`${prefix}.seen`]: seenAfter(motion, { height, width }),
  };
}

/** The motion that {@link nameMotion} named. */
export class DeviceMotion {
  /** `[1, height, width, 1]`: 1 where the moved picture shows what the other one does too, 0 where it is made up. */
  readonly seen: tf.Tensor4D;
  readonly #tensor: (name: string) => tf.Tensor;

  constructor(prefix: string, tensors: NamedTensors) {
    this.#tensor = (name) => tensors[`${prefix}.${name}`] as tf.Tensor;
    this.seen = this.#tensor('seen') as tf.Tensor4D;
  }

  /** The samples as they look after the motion (bilinear; beyond the edge, mirrored). Not differentiable. */
  move(samples: readonly DeviceSample[]): InstanceSet {
    const { image, masks, counts } = joinSamples(samples);
    return { image: this.#moved(image, 'image'), masks: this.#moved(masks, 'mask'), counts };
  }

  #moved(x: tf.Tensor4D, kind: 'image' | 'mask'): tf.Tensor4D {
    const [, height, width] = x.shape;
    const boxes = this.#tensor(`${kind}Boxes`) as tf.Tensor2D;
    const rows = this.#tensor(`${kind}Rows`) as tf.Tensor1D;
    return tf.image.cropAndResize(reflectionPad(x, marginOf({ height, width })), boxes, rows, [height, width]);
  }
}

/** Mirrored pixels that no motion leads out of. */
function marginOf({ height, width }: Size): number {
  return Math.ceil(MOST_SHIFT * Math.min(height, width) + MOST_ZOOM * Math.max(height, width)) + 1;
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
