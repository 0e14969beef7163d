import path from 'node:path';
import {
  createRng,
  disposeTrainingState,
  initialTrainingState,
  readMeasurements,
  trainStep,
  translationModel,
} from '@instagan/core';
import { openOrSkip } from '@instagan/core/internals/backends';
import { disposeSamples, uploadSamples } from '@instagan/core/internals/instagan';
import type { ProgramRunner } from '@instagan/core/internals/programs';
import { tinyConfig, tinySample, trainTiny } from '@instagan/core/internals/training';
import * as tf from '@tensorflow/tfjs';
import t, { type Test } from 'tap';

/** The most that a step may take at this size: each costs the program some microseconds, and the GPU too. */
const MAX_DISPATCHES = 3000;
/** Copies from buffer to buffer that a step may take: those of the log, of constants and of few vectors. */
const MAX_COPIES = 20;
/** Copies that a replayed step may take: those of what goes in and out, and of all spectral vectors. */
const MAX_COPIES_OF_REPLAY = 200;
const SIZE_PX = 32;
const INSTANCES = 4;
const NETWORK = { ngf: 2, ndf: 2, blocks: 9 };

/** Counts the calls of a method of WebGPU, whoever makes them. */
function countCalls(t: Test, prototype: object, method: string): () => number {
  const methods = prototype as Record<string, (...parameters: unknown[]) => unknown>;
  const original = methods[method] as (...parameters: unknown[]) => unknown;
  let calls = 0;
  methods[method] = function (this: unknown, ...parameters) {
    calls++;
    return original.apply(this, parameters);
  };
  t.teardown(() => {
    methods[method] = original;
  });
  return () => calls;
}

t.test('a training step on webgpu', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const { device } = tf.backend() as unknown as { device: GPUDevice };

  await t.test('takes few dispatches: many small ones would leave a GPU idle', async (t) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const dispatches = countCalls(t, Object.getPrototypeOf(pass), 'dispatchWorkgroups');
    const copies = countCalls(t, Object.getPrototypeOf(encoder), 'copyBufferToBuffer');
    const bindGroups = countCalls(t, Object.getPrototypeOf(device), 'createBindGroup');
    pass.end();
    encoder.finish();
    const model = translationModel(NETWORK);
    const state = initialTrainingState(model, 1, 50);
    const config = tinyConfig({ ...NETWORK, size: { height: SIZE_PX, width: SIZE_PX }, instancesPerChunk: 2 });
    const [a, b] = ['a', 'b'].map((name) => uploadSamples([tinySample(name, INSTANCES, SIZE_PX)]));
    const learningRate = { generator: 1e-4, discriminator: 1e-4 };
    const counted: number[] = [];
    const countStep = async (step: number, programs?: ProgramRunner) => {
      const before = [dispatches(), backend.dispatches!(), copies(), bindGroups()] as const;
      const settings = { config, learningRate, poolRng: createRng(1, step), joinCalls: backend.gpu, programs };
      const updates = Array.from(trainStep(state, model, a!, b!, settings), ({ measurements }) => measurements);
      const made = bindGroups() - before[3];
      await readMeasurements(updates);
      counted.push(dispatches() - before[0]);
      t.equal(backend.dispatches!() - before[1], counted.at(-1), 'the backend counts all of them');
      return { copied: copies() - before[2], made };
    };
    for (let step = 0; step < 2; step++) await countStep(step, backend.programs);
    const replayed = await countStep(2, backend.programs);
    const { copied } = await countStep(3);
    t.ok(copied <= MAX_COPIES, `${copied} copies: weights are updated in place`);
    t.ok(replayed.made <= 10, `${replayed.made} bind groups in a replayed step: each takes as long as ten dispatches`);
    t.ok(replayed.copied <= MAX_COPIES_OF_REPLAY, `${replayed.copied} copies: weights are updated in place`);
    t.same(new Set(counted), new Set([counted[0]]), 'as many at each step of equal shapes');
    t.ok(counted[0]! > 1000 && counted[0]! <= MAX_DISPATCHES, `${counted[0]} dispatches`);
    disposeSamples([...a!, ...b!]);
    disposeTrainingState(state);
  });

  await t.test('reads nothing off the GPU but for the log: each read makes it wait', async (t) => {
    const buffer = device.createBuffer({ size: 4, usage: 1 });
    const reads = countCalls(t, Object.getPrototypeOf(buffer), 'mapAsync');
    buffer.destroy();
    const readsAt: number[][] = [];
    const { error } = await trainTiny(
      {
        runFolder: path.join(t.testdir(), 'run'),
        steps: 5,
        config: tinyConfig({ logEvery: 2, checkpointEvery: 1000 }),
        backend,
      },
      (event) => {
        if (event.type === 'step') readsAt.push([event.step, reads()]);
      },
    );
    t.equal(error, undefined);
    t.same(
      readsAt,
      [
        [2, 1],
        [4, 2],
        [5, 3],
      ],
      'step and reads so far',
    );
  });
});
