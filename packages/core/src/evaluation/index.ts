/** How good translations are: figures of pixels and masks, a classifier of the two domains, and the scores made of both. */
export { bootstrap, bootstrapMean, bootstrapRatio, type Estimate } from './metrics/bootstrap.ts';
export { type ImageFeatures, kernelDistance } from './metrics/kid.ts';
export { checkerboardEnergy, greyShare, piecesOf } from './metrics/mask-health.ts';
export { intersectionOverUnion, unionIou, unionOf } from './metrics/mask-overlap.ts';
export { psnr } from './metrics/psnr.ts';
export { type Regions, regionsAround } from './metrics/regions.ts';
export { boxOf, nearestShapes, shapeDiversity, shapeOf } from './metrics/shapes.ts';
export { sharpness } from './metrics/sharpness.ts';
export { ssim } from './metrics/ssim.ts';
