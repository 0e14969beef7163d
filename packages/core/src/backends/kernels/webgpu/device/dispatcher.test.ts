import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import t from 'tap';
import { openOrSkip } from '../../../testing/open-or-skip.ts';
import { floatBits } from '../../arithmetic.ts';
import { Dispatcher } from './dispatcher.ts';
import type { GpuProgram } from './gpu-program.ts';

const SHAPE = [5, 7];
const COUNT = 35;

/** Writes x * factor + shift and its square, with a factor of the program and a shift of the call. */
const SCALE: GpuProgram = {
  label: 'scale',
  source: `
    override FACTOR: f32;
    struct Parameters { count: u32, shift: f32 }
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> scaled: array<f32>;
    @group(0) @binding(2) var<storage, read_write> squared: array<f32>;
    @group(0) @binding(3) var<uniform> parameters: Parameters;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= parameters.count) { return; }
      let value = x[id.x] * FACTOR + parameters.shift;
      scaled[id.x] = value;
      squared[id.x] = value * value;
    }`,
  bindings: ['read', 'write', 'write', 'parameters'],
  constants: { FACTOR: 3 },
};

/** Adds 1 to each value, in place. */
const INCREMENT: GpuProgram = {
  label: 'increment',
  source: `
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < ${COUNT}) { x[id.x] += 1; }
    }`,
  bindings: ['write'],
};

function scale(dispatcher: Dispatcher, x: tf.Tensor, shift: number): [tf.Tensor, tf.Tensor] {
  const outputs = [dispatcher.output(SHAPE), dispatcher.output(SHAPE)] as const;
  dispatcher.run(
    dispatcher.program('scale', () => SCALE),
    [
      ...[dispatcher.buffer(x), dispatcher.buffer(outputs[0]), dispatcher.buffer(outputs[1])],
      dispatcher.parameters([COUNT, floatBits(shift)]),
    ],
    1,
  );
  const tensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
  return [tensor(outputs[0]), tensor(outputs[1])];
}

t.test('the dispatcher', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const dispatcher = new Dispatcher(tf.backend() as WebGPUBackend);
  const values = Float32Array.from({ length: COUNT }, (_, i) => i - 10);

  await t.test('keeps the order of its programs and of stock operations, before and after', async (t) => {
    const results = tf.tidy(() => {
      const x = tf.relu(tf.tensor(values, SHAPE));
      const [scaled, squared] = scale(dispatcher, x, 0.5);
      return [tf.add(scaled, 1), tf.neg(squared)];
    });
    const expected = values.map((value) => 3 * Math.max(value, 0) + 0.5);
    t.same(
      await results[0]!.data(),
      expected.map((value) => value + 1),
    );
    t.same(
      await results[1]!.data(),
      expected.map((value) => -value * value),
    );
    tf.dispose(results);
  });

  await t.test('gives memory that was freed to later tensors, without harm to what is not computed yet', async (t) => {
    const kept: tf.Tensor[] = [];
    const used: number[] = [];
    for (let round = 0; round < 200; round++) {
      const x = tf.tensor(values, SHAPE);
      const [scaled, squared] = scale(dispatcher, x, round);
      kept.push(tf.sum(scaled));
      tf.dispose([x, scaled, squared]);
      used.push(dispatcher.pool.numBytesAllocated);
    }
    for (const [round, sum] of kept.entries()) {
      t.equal(
        (await sum.data())[0],
        values.reduce((total, value) => total + 3 * value + round, 0),
        `round ${round}`,
      );
    }
    t.ok(used.at(-1)! < used[0]! + 200 * COUNT * 4, 'less than one buffer a round');
    tf.dispose(kept);
  });

  await t.test('reads what was last written in place: checkpoints would repeat the first one', async (t) => {
    const x = tf.relu(tf.tensor(values, SHAPE));
    const early = x.data();
    const owned = tf.engine().makeTensorFromTensorInfo(dispatcher.owned(x));
    x.dispose();
    dispatcher.run(
      dispatcher.program('increment', () => INCREMENT),
      [dispatcher.buffer(owned)],
      1,
    );
    const before = values.map((value) => Math.max(value, 0));
    t.same(await early, before, 'a read that was begun before shows what was there then');
    t.same(
      await owned.data(),
      before.map((value) => value + 1),
    );
    owned.dispose();
  });

  await t.test('computes anew what follows from a tensor, once that is overwritten', (t) => {
    const x = tf.relu(tf.tensor(values, SHAPE));
    let computed = 0;
    const attach = (tensor: tf.Tensor) => dispatcher.attached(tensor, 4, () => computed++);
    attach(x);
    attach(x);
    t.equal(computed, 1);
    const owned = tf.engine().makeTensorFromTensorInfo(dispatcher.owned(x));
    x.dispose();
    attach(owned);
    t.equal(computed, 2);
    owned.dispose();
    t.end();
  });

  await t.test('counts the dispatches of stock operations and its own: users see what a step costs', (t) => {
    const before = dispatcher.stream.dispatches;
    tf.tidy(() => tf.add(scale(dispatcher, tf.tensor(values, SHAPE), 0)[0], 1));
    t.equal(dispatcher.stream.dispatches - before, 2);
    t.end();
  });

  await t.test('lets kernels be timed', async (t) => {
    const x = tf.tensor(values, SHAPE);
    const time = await tf.time(() => tf.dispose(scale(dispatcher, x, 0)));
    const { kernelMs } = time as unknown as { kernelMs: number };
    t.ok(kernelMs >= 0, `${kernelMs} ms`);
    x.dispose();
  });
});
