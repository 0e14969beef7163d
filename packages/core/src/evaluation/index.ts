/** How good translations are: figures of pixels and masks, a classifier of the two domains, and the scores made of both. */

export {
  type Classification,
  type ClassifierAccuracy,
  DomainClassifier,
  type TrainedClassifier,
} from './classifier/domain-classifier.ts';
export { CROP_PX, cropSquare, type ObjectCrop, type Square, squareAround } from './classifier/object-crop.ts';
export { type ClassifierData, openClassifier } from './classifier/open-classifier.ts';
export { type ClassifierTraining, type RealImages, trainClassifier } from './classifier/train-classifier.ts';
export { bootstrap, bootstrapMean, bootstrapRatio, type Estimate } from './metrics/bootstrap.ts';
export { type ImageFeatures, kernelDistance } from './metrics/kid.ts';
export { checkerboardEnergy, greyShare, piecesOf } from './metrics/mask-health.ts';
export { intersectionOverUnion, unionIou, unionOf } from './metrics/mask-overlap.ts';
export { psnr } from './metrics/psnr.ts';
export { type Regions, regionsAround } from './metrics/regions.ts';
export { nearestShapes, shapeDiversity, shapeOf } from './metrics/shapes.ts';
export { sharpness } from './metrics/sharpness.ts';
export { meanWithin, ssimMap } from './metrics/ssim.ts';
export {
  type EvaluationData,
  type EvaluationOptions,
  evaluateTranslators,
  measureBothDomains,
  type RealImageFigures,
} from './scores/evaluate.ts';
export { type ImagesLikeTraining, likeTraining } from './scores/like-training.ts';
export { mainScore } from './scores/main-score.ts';
export type { Translation } from './scores/measure-translation.ts';
export type { ClassificationScores, Compared, DirectionScores, MaskScores } from './scores/summarise.ts';
