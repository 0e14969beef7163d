/** For tests and benchmarks of ops: those that models call. */
export * from '../ops/absolute-difference.ts';
export * from '../ops/accumulate.ts';
export * from '../ops/activation.ts';
export * from '../ops/adam.ts';
export * from '../ops/channel-sum.ts';
export * from '../ops/convolution.ts';
export * from '../ops/instance-norm.ts';
export * from '../ops/nearest-upsampling.ts';
export * from '../ops/recolour.ts';
export * from '../ops/reflection-pad.ts';
export * from '../ops/set-sum.ts';
export * from '../ops/shift.ts';
export * from '../ops/spectral-norm.ts';
export * from '../ops/squared-difference.ts';
export * from '../ops/straight-through.ts';
export * from '../ops/uncovered-difference.ts';
