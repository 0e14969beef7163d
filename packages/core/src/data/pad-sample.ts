import type { Sample } from '../data/sample.ts';

/**
 * Extends image and masks at the right and bottom by repeating the last column and row, so that an object at the edge stays
 * whole.
 *
 * @param sides both are at least `min`, a multiple of `multipleOf`
 */
export function padSample(sample: Sample, { multipleOf, min }: { multipleOf: number; min: number }): Sample {
  const up = (side: number) => Math.ceil(Math.max(side, min) / multipleOf) * multipleOf;
  return resizeCanvas(sample, up(sample.width), up(sample.height));
}

/** Cuts image and masks back to the left and top `width` x `height`. */
export function cutSample(sample: Sample, width: number, height: number): Sample {
  return resizeCanvas(sample, width, height);
}

function resizeCanvas(sample: Sample, width: number, height: number): Sample {
  if (sample.width === width && sample.height === height) return sample;
  const plane = (values: Float32Array, channels: number) => {
    const result = new Float32Array(width * height * channels);
    for (let y = 0; y < height; y++) {
      const row = Math.min(y, sample.height - 1) * sample.width;
      for (let x = 0; x < width; x++) {
        const from = (row + Math.min(x, sample.width - 1)) * channels;
        const to = (y * width + x) * channels;
        for (let c = 0; c < channels; c++) result[to + c] = values[from + c] as number;
      }
    }
    return result;
  };
  return {
    name: sample.name,
    width,
    height,
    image: plane(sample.image, 3),
    masks: sample.masks.map((mask) => plane(mask, 1)),
  };
}
