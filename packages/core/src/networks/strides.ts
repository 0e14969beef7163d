/** Keeps nothing outside of the input: it is padded by reflection before. */
export const UNPADDED = { stride: 1, padding: [0, 0, 0, 0] } as const;
/** Halves height and width. */
export const HALVING = { stride: 2, padding: [1, 1, 1, 1] } as const;
/** A 4x4 convolution that loses one row and column. */
export const PATCHING = { stride: 1, padding: [1, 1, 1, 1] } as const;
