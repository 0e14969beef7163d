/** 3x3 and 7x7 convolutions that keep the size, with the image reflected at its border. */
export const KEEPING_3X3 = { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' } as const;
export const KEEPING_7X7 = { stride: 1, padding: [3, 3, 3, 3], border: 'reflect' } as const;
/** Halves height and width. */
export const HALVING = { stride: 2, padding: [1, 1, 1, 1], border: 'zero' } as const;
/** A 4x4 convolution that loses one row and column. */
export const PATCHING = { stride: 1, padding: [1, 1, 1, 1], border: 'zero' } as const;
