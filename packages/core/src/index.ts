export * from './backends/index.ts';
export { type AuthorsSource, openStateDict } from './checkpoint/authors-state-dict.ts';
export { type CheckpointFolder, listCheckpoints } from './checkpoint/checkpoint-folders.ts';
export {
  type Checkpoint,
  type NewestCheckpoint,
  readCheckpoint,
  readNewestCheckpoint,
} from './checkpoint/checkpoint-reader.ts';
export {
  type CheckpointContent,
  cleanCheckpoints,
  type LastingCheckpoints,
  pruneCheckpoints,
  writeCheckpoint,
} from './checkpoint/checkpoint-store.ts';
export { AVERAGES_FILE, MODEL_FILE, OPTIMIZER_FILE, POOLS_FILE } from './checkpoint/model-files.ts';
export type { NamedArray, NamedArrays, NumericArray } from './checkpoint/named-arrays.ts';
export { type CheckpointChoice, readModel } from './checkpoint/read-model.ts';
export { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './checkpoint/safetensors.ts';
export { tensorFromArray, tensorsFromArrays } from './checkpoint/tensors-from-arrays.ts';
export { readTorchStateDict, unprotectedWarning } from './checkpoint/torch-file.ts';
export type { ConfigKind, RunSettings } from './config/config-kind.ts';
export { CONFIG_FILE, createTrainedRun, readRunConfig } from './config/run-config.ts';
export { settingsParser } from './config/settings-parser.ts';
export * from './control/index.ts';
export * from './data/index.ts';
export type { JsonObject, JsonValue } from './data/json-value.ts';
export * from './events/index.ts';
export { lockRun, type RunLock } from './events/run-lock.ts';
export { type ExportedRun, exportRun } from './inference/export-run.ts';
export { type LoadedTranslator, loadTranslator } from './inference/load-translator.ts';
export { checkMemory, type MemoryCheck } from './memory/check-memory.ts';
export { checkTranslation, translationCheck } from './memory/check-translation.ts';
export { type AuthorsModel, type AuthorsModelFiles, importAuthorsModel } from './models/instagan/authors-model.ts';
export {
  type ImportedDiscriminator,
  type ImportedGenerator,
  importAuthorsDiscriminator,
  importAuthorsGenerator,
} from './models/instagan/authors-weights.ts';
export { ImagePool } from './models/instagan/image-pool.ts';
export { adversarialLoss, GENERATOR_LOSSES } from './models/instagan/losses.ts';
export { setDiscriminator, setDiscriminatorSpecs } from './models/instagan/set-discriminator.ts';
export { setGenerator, setGeneratorSpecs } from './models/instagan/set-generator.ts';
export { PRESETS, type PresetName } from './models/instagan/settings.ts';
export { type ChunkResult, type NetworkGradients, trainStep } from './models/instagan/train-step.ts';
export { disposeTrainingState, initialTrainingState, type TrainingState } from './models/instagan/training-state.ts';
export {
  LASTING_STEPS,
  type Learner,
  type Measurements,
  type SamplePicture,
  type StepPlan,
  type Symptom,
  type TrainingTask,
  type Validation,
} from './models/learner.ts';
export { MODEL_NAMES, type ModelName } from './models/model-names.ts';
export {
  NETWORK_SETTINGS,
  parseTrainingConfig,
  type TrainingConfig,
  type TrainingConfigInput,
  translationConfigs,
} from './models/training-config.ts';
export { chunkSize, type TranslateOptions, takesRegions, translateSample } from './models/translate-sample.ts';
export type {
  Background,
  RegionKind,
  RegionPlanner,
  TranslationModel,
  Translator,
} from './models/translation-model.ts';
export { translationModel } from './models/translation-models.ts';
export { type DeviceSample, type InstanceSet, joinSamples, splitSamples } from './networks/instance-set.ts';
export { initialParameters, type ParameterSpec, type Parameters, parameter } from './networks/parameters.ts';
export { advanceSpectralState, type SpectralState, spectrallyNormalised } from './networks/spectral-state.ts';
export { HALVING, KEEPING_3X3, PATCHING } from './networks/strides.ts';
export { convolution, convolutionInputGradient } from './ops/convolution.ts';
export { instanceNorm } from './ops/instance-norm.ts';
export { type Gradients, lossAndGradients } from './optimizer/gradients.ts';
export { readTensors, trainedFromCheckpoint, trainedTensors } from './optimizer/trained-arrays.ts';
export { TrainedParameters } from './optimizer/trained-parameters.ts';
export {
  type ContactSheetRow,
  contactSheet,
  contactSheetTiles,
  INSTANCE_COLOURS,
  masksOf,
  type Picture,
  pictureTable,
  pixelsOf,
  type Rgb,
  SHEET_GAP_PX,
} from './pictures/contact-sheet.ts';
export { drawOverlay } from './pictures/draw-overlay.ts';
export * from './regions/index.ts';
export {
  type FinishedShard,
  finishedShards,
  partsFolder,
  removeShard,
  removeShards,
  type Shard,
  shardFolder,
} from './shards/shard-folders.ts';
export { beginPlan, readCompletion, readRecord, recordCompletion, writeRecord } from './shards/work-records.ts';
export type { Alarm } from './training/alarms.ts';
export { inheritedSettings, initialCheckpoint, initialNetworks } from './training/initial-networks.ts';
export { readMeasurements } from './training/measurements.ts';
export type { BatchSource, RunOptions } from './training/run-options.ts';
export { trainRun } from './training/train-run.ts';
export { type TrainingData, type TrainOptions, train } from './training/trainer.ts';
