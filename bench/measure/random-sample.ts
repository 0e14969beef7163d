import { createRng, type Sample } from '@instagan/core';

/** An image of noise with instances of noise; the same for the same name. */
export function randomSample(
  name: string,
  { height, width, instances }: { height: number; width: number; instances: number },
): Sample {
  const rng = createRng(0, 'bench', name);
  const values = (count: number, draw: () => number) => Float32Array.from({ length: count }, draw);
  return {
    name,
    height,
    width,
    image: values(height * width * 3, () => rng.uniform() * 2 - 1),
    masks: Array.from({ length: instances }, () => values(height * width, () => (rng.uniform() > 0.7 ? 1 : -1))),
  };
}
