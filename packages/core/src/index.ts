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
export { createRng, type Rng, restoreRng } from './random/rng.ts';
