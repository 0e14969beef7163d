/** Settings that the paper does not have, all at once. */
export const BEYOND_PAPER = {
  upsampling: 'nearest',
  outputFilter: 'binomial',
  maskValues: 'binary',
  background: 'keep',
  discriminatorLayers: 2,
  ema: 0.5,
  diffAugment: 'color,translation,cutout',
  weights: { featureMatching: 5, consistency: 1, objectDiscriminator: 1 },
} as const;
