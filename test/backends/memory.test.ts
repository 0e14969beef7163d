import {
  createRng,
  disposeTrainingState,
  initialTrainingState,
  openBackend,
  parseTrainingConfig,
  type TrainingState,
  trainStep,
  translationNetworks,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { wasmMemory } from '../../packages/core/src/backends/wasm.ts';
import { disposeSamples, uploadSamples } from '../../packages/core/src/training/device-samples.ts';
import { tinySample } from '../../packages/core/src/training/test-support/tiny-training.ts';

const SIDE_PX = 64;
const SIZE = { ngf: 8, ndf: 8, blocks: 3 };
/** What 12 more masks themselves may take, in the sample and in the pools. */
const GROWTH = 1.05;

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

/** Bytes of all tensors at the worst moment of `work`, looked at after every kernel. */
function peakBytes(work: () => void): number {
  const engine = tf.engine();
  let peak = 0;
  const runKernel = engine.runKernel;
  engine.runKernel = <T extends tf.Tensor | tf.Tensor[]>(...call: Parameters<typeof runKernel>): T => {
    const result = runKernel.apply(engine, call) as T;
    peak = Math.max(peak, tf.memory().numBytes);
    return result;
  };
  try {
    work();
  } finally {
    engine.runKernel = runKernel;
  }
  return peak;
}

function step(state: TrainingState, networks: ReturnType<typeof translationNetworks>, instances: number): number {
  const [a, b] = ['a', 'b'].map((name) => uploadSamples([tinySample(name, instances, SIDE_PX)], 'instagan'));
  let chunks = 0;
  const settings = { config: parseTrainingConfig({}, 'defaults'), poolRng: createRng(1) };
  for (const { measurements } of trainStep(state, networks, a!, b!, {
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
  const networks = translationNetworks('instagan', SIZE);
  const state = initialTrainingState(networks, 1, 1);
  const few = [0, 1].map(() => peakBytes(() => t.equal(step(state, networks, 4), 2, 'chunks of 4 instances')));
  const heapForFew = wasmMemory().buffer.byteLength;
  const many = peakBytes(() => t.equal(step(state, networks, 16), 8, 'chunks of 16 instances'));
  const heapForMany = wasmMemory().buffer.byteLength;
  const growth = many / Math.max(...few);
  t.ok(growth < GROWTH, `tensors at the peak: ${few.join(', ')} bytes for 4, ${many} for 16 (${growth.toFixed(3)}x)`);
  t.ok(heapForMany < GROWTH * heapForFew, `heap of the backend: ${heapForFew} bytes, then ${heapForMany}`);
  disposeTrainingState(state);
});
