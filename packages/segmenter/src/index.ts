export { type ImportedUnet, importAuthorsUnet } from './checkpoint/import-authors-unet.ts';
export { type InheritedConfig, inheritedConfig } from './checkpoint/initial-weights.ts';
export {
  parseSegmenterConfig,
  type SegmenterConfig,
  type SegmenterConfigInput,
  segmenterConfigs,
} from './config/segmenter-config.ts';
export { SEGMENTER_PRESETS, type SegmenterPresetName } from './config/segmenter-settings.ts';
export { type AgreementScores, scoreAgreement } from './evaluation/agreement.ts';
export { averagePrecision, type InstancePair } from './evaluation/average-precision.ts';
export {
  haveContact,
  type ScoredImage,
  type SegmentationScores,
  scoreSegmentation,
} from './evaluation/score-segmentation.ts';
export { type LoadedSegmenter, loadSegmenter } from './inference/load-segmenter.ts';
export {
  type PredictionInput,
  type PredictionOptions,
  predictMaps,
  type Segmenter,
  workingSize,
} from './inference/predict-maps.ts';
export { masksOfInstances, resizedMasks, resizeInstances } from './instances/resize-instances.ts';
export { type Instance, type MaskMaps, type SplitMask, type SplitOptions, splitMask } from './instances/split-mask.ts';
export { type SegmenterNetworks, segmenterNetworks } from './networks/segmenter-networks.ts';
export { type UnetSize, unet, unetSpecs } from './networks/unet.ts';
export { type SegmenterData, type TrainSegmenterOptions, trainSegmenter } from './training/train-segmenter.ts';
