import {
  createRng,
  disposeTrainingState,
  initialTrainingState,
  openBackend,
  parseTrainingConfig,
  type TrainingState,
  type TranslationModel,
  trainStep,
  translationModel,
} from '@instagan/core';
import { wasmModule } from '@instagan/core/internals/backends';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import { tinySample } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';

const SIDE_PX = 64;
const SIZE = { ngf: 8, ndf: 8, blocks: 3 };
/** What 12 more masks themselves may take, in the sample and in the pools. */
const GROWTH = 1.05;

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

/**
 * Bytes in use on the heap of the backend, for tensors and for the work of kernels. (The heap itself grows by a fifth at a
 * time, so its size tells little.)
 */
class HeapUse {
  peakBytes = 0;
  #bytes = 0;
  readonly #sizes = new Map<number, number>();

  constructor(module: ReturnType<typeof wasmModule>) {
    // At its first call each replaces itself by what it stands for, which would undo what follows.
    module._free(module._malloc(1));
    const { _malloc: malloc, _free: free } = module;
    module._malloc = (bytes) => {
      const pointer = malloc(bytes);
      this.#sizes.set(pointer, bytes);
      this.#bytes += bytes;
      this.peakBytes = Math.max(this.peakBytes, this.#bytes);
      return pointer;
    };
    module._free = (pointer) => {
      this.#bytes -= this.#sizes.get(pointer) ?? 0;
      this.#sizes.delete(pointer);
      free(pointer);
    };
  }

  /** The largest use during `work`. */
  peakOf(work: () => void): number {
    this.peakBytes = this.#bytes;
    work();
    return this.peakBytes;
  }
}

function step(state: TrainingState, model: TranslationModel, instances: number): number {
  const [a, b] = ['a', 'b'].map((name) => uploadSamples([tinySample(name, instances, SIDE_PX)]));
  let chunks = 0;
  const settings = { config: parseTrainingConfig({}, 'defaults'), poolRng: createRng(1) };
  for (const { measurements } of trainStep(state, model, a!, b!, {
    ...settings,
    learningRate: settings.config.learningRate,
  })) {
    tf.dispose([...measurements.values()]);
    chunks++;
  }
  disposeSamples([...a!, ...b!]);
  return chunks;
}

t.test('memory does not grow with the number of instances: a crowd trains where a pair does', async (t) => {
  const heap = new HeapUse(wasmModule());
  const model = translationModel(SIZE);
  const state = initialTrainingState(model, 1, 1);
  const few = [0, 1].map(() => heap.peakOf(() => t.equal(step(state, model, 4), 2, 'chunks of 4 instances')));
  const many = heap.peakOf(() => t.equal(step(state, model, 16), 8, 'chunks of 16 instances'));
  const growth = many / Math.max(...few);
  t.ok(
    growth < GROWTH,
    `heap in use at the peak: ${few.join(', ')} bytes for 4, ${many} for 16 (${growth.toFixed(3)}x)`,
  );
  disposeTrainingState(state);
});
