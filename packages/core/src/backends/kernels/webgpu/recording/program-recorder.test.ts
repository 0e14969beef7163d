import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { accumulate } from '../../../../ops/accumulate.ts';
import { convolution } from '../../../../ops/convolution.ts';
import { instanceNorm } from '../../../../ops/instance-norm.ts';
import { powerIteration } from '../../../../ops/spectral-norm.ts';
import { compiled } from '../../../../programs/compiled.ts';
import type { ProgramRunner } from '../../../../programs/program.ts';
import { openBackend } from '../../../registry.ts';
import { adding } from '../../../testing/adding.ts';
import { openOrSkip } from '../../../testing/open-or-skip.ts';
import { CHANNELS, type Layer, layer, random } from '../../../testing/program-layer.ts';
import { scaling } from '../../../testing/scaling.ts';

/** A function of this project's operations and of stock ones, that advances `state`. */
function convolve(programs: ProgramRunner | undefined, state: Layer) {
  return compiled(
    'convolve',
    ({ x, shift }: { x: tf.Tensor; shift: tf.Tensor }) => {
      const before = { filter: state.get('filter') as tf.Tensor4D, u: state.get('u') as tf.Tensor1D };
      const [vectors] = powerIteration([before.filter], [before.u]);
      const y = convolution(x as tf.Tensor4D, before.filter, { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' });
      const moved = tf.add(y, tf.mul(vectors!.u, shift)) as tf.Tensor4D;
      const [left, right] = tf.split(instanceNorm(moved, { kind: 'none' }), 2, 3);
      const both = tf.concat([tf.relu(right!), tf.slice(left!, [0, 0, 0, 0], left!.shape)], 3);
      const constant = tf.tensor1d([1, -2, 3, -4]);
      const change = tf.mul(tf.mean(tf.mul(both, constant)), tf.ones(before.filter.shape));
      const [filter] = accumulate([before.filter], [change]);
      state.set('filter', tf.keep(filter!)).set('u', tf.keep(vectors!.u));
      tf.dispose(before);
      return {
        both,
        mean: tf.mean(y),
        constant,
        given: tf.clone(x),
        u: tf.clone(vectors!.u),
        empty: tf.tensor([], [0, 3]),
      };
    },
    { state: [state], programs },
  );
}

type Values = Record<string, readonly number[]>;

async function valuesOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Values> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => [name, [...(await tensor.data())]] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs the function on new inputs. */
async function runConvolve(
  programs: ProgramRunner | undefined,
  state: Layer,
  shape: number[],
  seed: number,
): Promise<Values> {
  const inputs = { x: random(shape, seed), shift: random([1], seed + 1) };
  const outputs = convolve(programs, state)(inputs);
  tf.dispose(inputs);
  const { filter, u } = Object.fromEntries(state);
  const values = await valuesOf({ ...outputs, filter: filter!, stateU: u! });
  tf.dispose(outputs);
  return values;
}

/** Leaves memory that is free full of what is not a number. */
function spoilFreeMemory(): void {
  tf.tidy(() => {
    for (const size of [4, 16, 144, 600, 1120, 2240]) for (let i = 0; i < 4; i++) tf.fill([size], Number.NaN);
  });
}

const SHAPES = [
  [2, 7, 5, CHANNELS],
  [1, 7, 5, CHANNELS],
  [2, 7, 5, CHANNELS],
  [3, 10, 5, CHANNELS],
];

t.test('programs that webgpu records', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const programs = backend.programs as ProgramRunner;
  const gpuBytes = () => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;

  await t.test('compute what running each operation does, bit for bit, whatever runs in between', async (t) => {
    const [replayed, direct] = [layer(1), layer(1)];
    for (let round = 0; round < 16; round++) {
      const shape = SHAPES[round % SHAPES.length] as number[];
      const values = await runConvolve(programs, replayed, shape, 10 * round);
      spoilFreeMemory();
      t.same(values, await runConvolve(undefined, direct, shape, 10 * round), `round ${round}`);
    }
    tf.dispose([...replayed.values(), ...direct.values()]);
  });

  const one = () => tf.ones([3]);

  await t.test('are computed in JavaScript no more once they have come again', (t) => {
    const x = one();
    const { state, run } = adding(programs);
    const before = backend.dispatches!();
    run(x);
    const dispatches = backend.dispatches!() - before;
    for (let i = 0; i < 5; i++) run(x);
    t.equal(state.calls, 2);
    t.equal(backend.dispatches!() - before, 6 * dispatches, 'and all of their dispatches are counted');
    tf.dispose([x, state.total]);
    t.end();
  });

  await t.test('leave nothing behind: training takes the memory of its first steps', (t) => {
    const state = layer(3);
    const shapes = SHAPES.slice(0, 2);
    const inputs = shapes.map((shape) => ({ x: random(shape, 1), shift: random([1], 2) }));
    const runAll = () => {
      for (const given of inputs) tf.dispose(convolve(programs, state)(given));
    };
    for (let i = 0; i < 3; i++) runAll();
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, gpuBytes()];
    for (let i = 0; i < 20; i++) runAll();
    t.same([tf.memory().numTensors, tf.memory().numDataBuffers, gpuBytes()], before);
    tf.dispose([...state.values(), ...inputs.map(({ x, shift }) => [x, shift])]);
    t.end();
  });

  await t.test('take other values for their state: a checkpoint that is loaded counts', async (t) => {
    const x = one();
    const { state, run } = adding(programs);
    for (let i = 0; i < 3; i++) run(x);
    state.total.dispose();
    state.total = tf.fill([3], 10);
    for (let i = 0; i < 3; i++) run(x);
    t.same([...(await state.total.data())], [13, 13, 13]);
    tf.dispose([x, state.total]);
  });

  await t.test('overwrite no tensor that shares memory with their state, nor a read that is under way', async (t) => {
    const x = one();
    const { state, run } = adding(programs);
    const kept: tf.Tensor[] = [];
    const reads: Promise<tf.TypedArray>[] = [];
    for (let i = 0; i < 5; i++) {
      kept.push(tf.clone(state.total));
      reads.push(state.total.data());
      run(x);
    }
    for (let i = 0; i < 5; i++) {
      t.same([...(await kept[i]!.data())], [i, i, i]);
      t.same([...(await reads[i]!)], [i, i, i]);
    }
    t.same([...(await state.total.data())], [5, 5, 5]);
    tf.dispose([x, state.total, ...kept]);
  });

  await t.test('change nothing where they fail, and can be run again', async (t) => {
    const x = one();
    let fails = false;
    const add = adding(programs);
    const fallible = compiled(
      'fallible',
      (y: tf.Tensor) => {
        const outputs = add.compute(y);
        if (fails) throw new Error('too bad');
        return outputs;
      },
      { state: add.states, programs },
    );
    tf.dispose(fallible(x));
    fails = true;
    t.throws(() => fallible(x), { message: 'too bad' });
    fails = false;
    tf.dispose([fallible(x), fallible(x)]);
    t.same([...(await add.state.total.data())], [3, 3, 3]);
    tf.dispose([x, add.state.total]);
  });

  await t.test('say what they must not do, instead of repeating its first outcome for ever', async (t) => {
    const [x, other, onCpu] = [one(), tf.relu(one()), tf.tensor1d([1, 2, 3])];
    const { state, run } = adding(programs);
    const computing = (compute: (x: tf.Tensor) => unknown) => () => compiled('wrong', compute, { programs })(x);
    const foreign = { message: /neither an input nor part of its state/ };
    t.throws(
      computing(() => ({ y: tf.relu(other) })),
      foreign,
    );
    t.throws(
      computing((x) => ({ y: tf.add(x, onCpu) })),
      foreign,
    );
    t.throws(
      computing((x) => ({ y: tf.keep(tf.relu(x)), z: tf.relu(tf.keep(tf.neg(x))) })),
      { message: /keeps tensors/ },
    );
    let read: Promise<unknown> = Promise.resolve();
    const reading = compiled(
      'reading',
      (x: tf.Tensor) => {
        const y = tf.relu(x);
        read = y.data();
        return { y };
      },
      { programs },
    );
    tf.dispose(reading(x));
    await t.rejects(read, { message: /reads no values/ });
    for (let i = 0; i < 3; i++) run(x);
    t.same([...(await state.total.data())], [3, 3, 3], 'and programs go on');
    tf.dispose([x, other, onCpu, state.total]);
  });

  await t.test('within another one are a part of it, and leave nothing behind', async (t) => {
    const x = one();
    let calls = 0;
    const inner = compiled('inner', (y: tf.Tensor) => ({ y: tf.mul(tf.add(y, 1), 2) }), { programs });
    const outer = compiled(
      'outer',
      (y: tf.Tensor) => {
        calls++;
        return inner(inner(y).y);
      },
      { programs },
    );
    tf.dispose(outer(x));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 4; i++) {
      const { y } = outer(x);
      t.same([...(await y.data())], [10, 10, 10]);
      y.dispose();
    }
    t.equal(tf.memory().numTensors, before);
    t.equal(calls, 2);
    x.dispose();
  });

  await t.test('read what they capture where it lies: other weights are another recording', async (t) => {
    const x = one();
    const { state, run, weightsOf } = scaling(programs, x);
    const [two, three] = [weightsOf(2), weightsOf(3)];
    const before = tf.memory().numTensors;
    for (let i = 0; i < 4; i++) {
      t.equal(await run(two), 2);
      t.equal(await run(three), 3);
    }
    t.equal(state.calls, 4, 'each is recorded when it comes again');
    t.equal(tf.memory().numTensors, before);
    tf.dispose([x, [...two.values(), ...three.values()]]);
  });

  await t.test('keep a bounded number of recordings, however many programs there are', async (t) => {
    const x = one();
    const functions = Array.from({ length: 70 }, (_, i) => adding(programs, `function ${i}`));
    for (let i = 0; i < 3; i++) for (const { run } of functions) run(x);
    t.ok(functions[0]!.state.calls === 3, 'the first was dropped');
    for (const { state } of functions) t.same([...(await state.total.data())], [3, 3, 3]);
    tf.dispose([x, ...functions.map(({ state }) => state.total)]);
  });

  await t.test('can be timed', async (t) => {
    const x = one();
    const { state, run } = adding(programs);
    for (let i = 0; i < 3; i++) run(x);
    const { kernelMs } = (await tf.time(() => run(x))) as unknown as { kernelMs: number };
    t.ok(kernelMs >= 0, `${kernelMs} ms`);
    t.same([...(await state.total.data())], [4, 4, 4]);
    tf.dispose([x, state.total]);
  });

  await t.test('are not recorded where the user does not want it', async (t) => {
    const other = await openBackend('webgpu', { replay: false });
    t.equal(other.programs, undefined);
    await other.close();
  });
});
