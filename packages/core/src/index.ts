export type { PairSource, TrainingPair } from './data/pair-source.ts';
export type { Sample } from './data/sample.ts';
export { UsageError, UserError } from './errors.ts';
export * from './events/run-event.ts';
export { createRng, type Rng, restoreRng } from './random/rng.ts';
