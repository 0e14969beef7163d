/** For tests and benchmarks of the step of InstaGAN: what it takes besides samples on the host. */
export { disposeSamples, uploadSamples } from '../models/instagan/device-samples.ts';
export {
  augmented,
  augmentedMasks,
  type DeviceAugmentation,
  drawAugmentation,
  uploadAugmentation,
} from '../models/instagan/diff-augment.ts';
export { cropSidePx, objectDiscriminator } from '../models/instagan/object-discriminator.ts';
export { drawMotion, moved, uploadMotion } from '../models/instagan/synthetic-motion.ts';
export type { StepSettings } from '../models/instagan/train-step.ts';
export { stateToCheckpoint } from '../models/instagan/training-checkpoint.ts';
export type { DiscriminatorState, StateParts } from '../models/instagan/training-state.ts';
