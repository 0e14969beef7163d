/** For tests that train: networks and data so small that a step takes milliseconds. */
export * from '../training/test-support/tiny-training.ts';
