import type { Parameters, SizePx } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { MaskMaps } from '../instances/split-mask.ts';
import type { SegmenterNetworks } from '../networks/segmenter-networks.ts';

/** A trained segmenter, ready to use. */
export interface Segmenter {
  readonly networks: SegmenterNetworks;
  readonly parameters: Parameters;
  /** Size that it was trained on; images are predicted at the same number of pixels. */
  readonly size: SizePx;
}

/** An RGB image at the size at which it is predicted. */
export interface PredictionInput extends SizePx {
  /** RGB, `[height, width, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
}

export interface PredictionOptions {
  /** Predict the mirror images as well and take the mean: slightly more accurate, for twice the work. @default false */
  readonly mirror?: boolean;
}

/**
 * The size at which an image is predicted: its own shape, with as many pixels as the segmenter was trained on.
 *
 * @param image its own size
 */
export function workingSize({ size }: Pick<Segmenter, 'size'>, image: SizePx): SizePx {
  const scale = Math.sqrt((size.height * size.width) / (image.height * image.width));
  const side = (own: number) => Math.max(1, Math.round(own * scale));
  return { height: side(image.height), width: side(image.width) };
}

/**
 * Predicts the masks of images, those that come to the same padded size in one batch. Sides are extended to multiples of
 * what the network takes by repeating the last row and column, and the result is cut back.
 */
export async function predictMaps(
  { networks, parameters }: Pick<Segmenter, 'networks' | 'parameters'>,
  inputs: readonly PredictionInput[],
  { mirror = false }: PredictionOptions = {},
): Promise<MaskMaps[]> {
  const up = (side: number) => Math.ceil(side / networks.multiplePx) * networks.multiplePx;
  const groups = new Map<string, number[]>();
  for (const [i, { height, width }] of inputs.entries()) {
    const key = `${up(height)}x${up(width)}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  const results: MaskMaps[] = [];
  for (const members of groups.values()) {
    const group = members.map((i) => inputs[i] as PredictionInput);
    const [height, width] = [up(group[0]!.height), up(group[0]!.width)];
    const output = tf.tidy(() => {
      const image = tf.tensor4d(joined(group, height, width), [group.length, height, width, 3]);
      return mirror ? meanWithMirrored(networks, parameters, image) : networks.predict(parameters, image).all;
    });
    const values = (await output.data()) as Float32Array;
    const channels = output.shape[3];
    tf.dispose(output);
    for (const [slot, i] of members.entries()) {
      const part = values.subarray(slot * height * width * channels, (slot + 1) * height * width * channels);
      results[i] = cutMaps(part, width, channels, group[slot] as PredictionInput);
    }
  }
  return results;
}

function meanWithMirrored(networks: SegmenterNetworks, parameters: Parameters, image: tf.Tensor4D): tf.Tensor4D {
  const { all } = networks.predict(parameters, tf.concat([image, tf.reverse(image, 2)], 0));
  const [straight, mirrored] = tf.split(all, 2, 0) as [tf.Tensor4D, tf.Tensor4D];
  return tf.div(tf.add(straight, tf.reverse(mirrored, 2)), 2) as tf.Tensor4D;
}

function joined(inputs: readonly PredictionInput[], height: number, width: number): Float32Array {
  const batch = new Float32Array(inputs.length * height * width * 3);
  let to = 0;
  for (const input of inputs) {
    for (let y = 0; y < height; y++) {
      const row = Math.min(y, input.height - 1) * input.width;
      for (let x = 0; x < width; x++, to += 3) {
        const from = (row + Math.min(x, input.width - 1)) * 3;
        for (let c = 0; c < 3; c++) batch[to + c] = input.image[from + c] as number;
      }
    }
  }
  return batch;
}

/** The top left part of an output as maps; depth goes from [-1, 1] to [0, 1]. */
function cutMaps(values: Float32Array, stride: number, channels: number, { height, width }: SizePx): MaskMaps {
  const mask = new Float32Array(height * width);
  const depth = channels > 1 ? new Float32Array(height * width) : null;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const from = (y * stride + x) * channels;
      mask[to] = values[from] as number;
      if (depth !== null) depth[to] = ((values[from + 1] as number) + 1) / 2;
    }
  }
  return { width, height, mask, depth };
}
