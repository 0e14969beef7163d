/** Settings that the paper does not have, all at once. */
export const BEYOND_PAPER = {
  upsampling: 'smooth',
  maskValues: 'binary',
  background: 'keep',
  ema: 0.5,
  weights: { featureMatching: 5, consistency: 1 },
} as const;
