export { type AuthorsModel, type AuthorsModelFiles, importAuthorsModel } from './checkpoint/authors-model.ts';
export { importAuthorsDiscriminator, importAuthorsGenerator } from './checkpoint/authors-weights.ts';
export type { NamedArray, NamedArrays } from './checkpoint/named-arrays.ts';
export { decodeSafetensors, encodeSafetensors } from './checkpoint/safetensors.ts';
export { readTorchStateDict } from './checkpoint/torch-file.ts';
export { transformImage, transformMask } from './data/apply-transform.ts';
export { createEpochOrder, type EpochOrder, type EpochOrderOptions, type OrderEntry } from './data/epoch-order.ts';
export type { PairSource, TrainingPair } from './data/pair-source.ts';
export { bytesFromMask, bytesFromValues, maskFromBytes, valuesFromBytes } from './data/pixel-values.ts';
export type { Sample } from './data/sample.ts';
export { type InstanceOrder, type SelectInstancesOptions, selectInstances } from './data/select-instances.ts';
export {
  drawTransform,
  loadSize,
  type SizePx,
  type TransformDraw,
  type TransformKey,
  type TransformOptions,
} from './data/transform-draw.ts';
export { UsageError, UserError } from './errors.ts';
export * from './events/run-event.ts';
export { type DeviceSample, type InstanceSet, joinSamples, splitSamples } from './networks/instance-set.ts';
export type { ParameterSpec, Parameters } from './networks/parameters.ts';
export { setDiscriminator, setDiscriminatorSpecs } from './networks/set-discriminator.ts';
export { setGenerator, setGeneratorSpecs } from './networks/set-generator.ts';
export { advanceSpectralState, type SpectralState, spectrallyNormalised } from './networks/spectral-state.ts';
export { tensorFromArray, tensorsFromArrays } from './networks/tensors-from-arrays.ts';
export {
  MODEL_NAMES,
  type ModelName,
  type TranslationNetworks,
  translationNetworks,
} from './networks/translation-networks.ts';
export { createRng, type Rng, restoreRng } from './random/rng.ts';
export {
  PRESETS,
  type PresetName,
  parseTrainingConfig,
  type TrainingConfig,
  type TrainingConfigInput,
} from './training/config.ts';
export { ImagePool } from './training/image-pool.ts';
export { readMeasurements } from './training/measurements.ts';
export { TrainedParameters } from './training/optimizer.ts';
export { type ChunkResult, type NetworkGradients, trainStep } from './training/train-step.ts';
export { disposeTrainingState, initialTrainingState, type TrainingState } from './training/training-state.ts';
