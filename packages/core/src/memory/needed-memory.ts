import type { BackendName } from '../backends/backend.ts';
import type { StepTensors } from './step-tensors.ts';

const MEBIBYTE = 2 ** 20;

/** Memory that a training takes at its peak. */
export interface NeededMemory {
  /** Of the backend's own memory, which is limited by itself: the wasm heap or the GPU's. 0 where that is RAM. */
  readonly deviceBytes: number;
  /** Resident memory of the process. */
  readonly ramBytes: number;
  /** Of the largest tensor. */
  readonly largestTensorBytes: number;
}

/** How a backend takes memory for tensors. */
interface BackendMemory {
  /** The runtime with its libraries, in RAM. */
  readonly programBytes: number;
  /** Where tensors lie. A `heap` has a limit of its own and is part of the RAM. */
  readonly where: 'heap' | 'ram' | 'gpu';
  /** Bytes taken at the peak of the step. */
  readonly tensorBytes: (tensors: StepTensors) => number;
}

/** Fitted to what `npm run bench -- step` measures, see docs/performance.md. */
const BACKENDS: Readonly<Record<BackendName, BackendMemory>> = {
  // Gaps between tensors, and the steps in which a heap grows, which count for less as it gets large.
  wasm: {
    programBytes: 230 * MEBIBYTE,
    where: 'heap',
    tensorBytes: ({ peakBytes }) => 1.09 * peakBytes + Math.min(0.15 * peakBytes, 40 * MEBIBYTE),
  },
  cpu: { programBytes: 250 * MEBIBYTE, where: 'ram', tensorBytes: ({ peakBytes }) => 1.5 * peakBytes },
  // With the graphs that are recorded.
  node: { programBytes: 820 * MEBIBYTE, where: 'ram', tensorBytes: ({ peakBytes }) => 1.3 * peakBytes },
  'node-gpu': { programBytes: 1500 * MEBIBYTE, where: 'gpu', tensorBytes: ({ peakBytes }) => 1.5 * peakBytes },
  // Buffers serve again for tensors of their own size only.
  webgpu: { programBytes: 400 * MEBIBYTE, where: 'gpu', tensorBytes: ({ pooledBytes }) => 1.1 * pooledBytes },
};

/** Copies of the state that writing a checkpoint makes in RAM. */
const CHECKPOINT_COPIES = 1.5;

/**
 * Memory that a training takes at its peak, checkpoints included.
 *
 * @param emulated whether the GPU is emulated on the CPU: its memory is RAM
 */
export function neededMemory(backend: BackendName, tensors: StepTensors, emulated: boolean): NeededMemory {
  const { programBytes, where, tensorBytes } = BACKENDS[backend];
  const bytes = tensorBytes(tensors);
  const inRam = where !== 'gpu' || emulated ? bytes : 0;
  return {
    deviceBytes: where === 'ram' ? 0 : bytes,
    ramBytes: programBytes + inRam + CHECKPOINT_COPIES * tensors.stateBytes,
    largestTensorBytes: tensors.largestBytes,
  };
}
