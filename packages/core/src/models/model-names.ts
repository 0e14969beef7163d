/** `cyclegan` sees no masks; `cyclegan-seg` sees the union of the masks as a fourth channel (the paper's baselines). */
export const MODEL_NAMES = ['instagan', 'cyclegan', 'cyclegan-seg'] as const;

/** Whether models of this name translate: they learn from two domains, others, such as a segmenter, from one. */
export function translates(name = 'instagan'): boolean {
  return MODEL_NAMES.some((each) => each === name);
}

export type ModelName = (typeof MODEL_NAMES)[number];
