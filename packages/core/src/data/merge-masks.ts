import type { Sample } from '../data/sample.ts';

/** The sample with one mask, the union of its masks; all background if it has none. */
export function mergeMasks(sample: Sample): Sample {
  const union = new Float32Array(sample.width * sample.height).fill(-1);
  for (const mask of sample.masks) {
    for (let i = 0; i < union.length; i++) if ((mask[i] as number) > 0) union[i] = 1;
  }
  return { ...sample, masks: [union] };
}
