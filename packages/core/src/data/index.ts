/**
 * What readers of data share, without the networks: importing it does not load TensorFlow.js, so that decode workers
 * and `dataset check` start at once.
 */
export { UsageError, UserError } from '../errors.ts';
export { createRng, type Rng, restoreRng } from '../random/rng.ts';
export { crc32 } from '../runtime/crc32.ts';
export {
  cacheFolder,
  cannotBeRead,
  isFile,
  isFolder,
  isThere,
  makeFolder,
  NOT_WAITING,
  readHead,
  readText,
} from '../runtime/files.ts';
export { nameOfUnfinished, type WriteOptions, writeAtomically, writeFailure } from '../runtime/write-atomically.ts';
export { transformImage, transformMask } from './apply-transform.ts';
export { type Box, boxAround, boxOfMask, longSide, sharedBox } from './box.ts';
export { boxedMask, boxOfBoxed, maskWithin, trimmedMask, wholeMask } from './boxed-mask.ts';
export { type Components, connectedComponents } from './connected-components.ts';
export { distanceTransform } from './distance-transform.ts';
export { createEpochOrder, type EpochOrder, type EpochOrderOptions, type OrderEntry } from './epoch-order.ts';
export { type JitteredMasks, jitterMasks } from './jitter-masks.ts';
export { kindOfBytes, kindOfFile } from './kind-of-file.ts';
export { matchMasks } from './match-masks.ts';
export type { PairSource, TrainingPair } from './pair-source.ts';
export { bytesFromMask, bytesFromSoftMasks, bytesFromValues, maskFromBytes, valuesFromBytes } from './pixel-values.ts';
export type { DomainName, MaskedImage, MaskedImages, MaskTruth, Sample } from './sample.ts';
export {
  type BoxedMask,
  type InstanceMask,
  type MaskPixels,
  objectThreshold,
  type PixelSample,
  type Pixels,
} from './sample.ts';
export { type InstanceOrder, type SelectInstancesOptions, selectInstances } from './select-instances.ts';
export {
  drawTransform,
  loadSize,
  type SizePx,
  type TransformDraw,
  type TransformKey,
  type TransformOptions,
} from './transform-draw.ts';
export { DIRECTIONS, type TranslationDirection } from './translation-direction.ts';
export { visibleJson } from './visible-json.ts';
