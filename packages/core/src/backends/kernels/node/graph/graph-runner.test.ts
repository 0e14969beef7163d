import { readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
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

/** The same operations on the same values, but TensorFlow may choose other kernels of oneDNN for a graph. */
const ROUNDING = 1e-5;
/** Runs in which a small program is recorded for certain. */
const MANY = 300;

/** A function of this project's operations and of stock ones, that replaces a part of `state`; `calls` counts. */
function convolve(programs: ProgramRunner | undefined, state: Layer, calls: { count: number }) {
  return compiled(
    'convolve',
    ({ x, shift }: { x: tf.Tensor; shift: tf.Tensor }) => {
      calls.count++;
      const [filter, before] = [state.get('filter') as tf.Tensor4D, state.get('u') as tf.Tensor1D];
      const [vectors] = powerIteration([filter], [before]);
      const y = convolution(x as tf.Tensor4D, filter, { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' });
      const moved = tf.add(y, tf.mul(vectors!.u, shift)) as tf.Tensor4D;
      const [left, right] = tf.split(instanceNorm(moved, { kind: 'none' }), 2, 3);
      const constant = tf.tensor1d([1, -2, 3, -4]);
      const both = tf.mul(tf.concat([tf.relu(right!), left!], 3), constant);
      state.set('u', tf.keep(vectors!.u));
      before.dispose();
      return {
        both,
        mean: tf.mean(y),
        constant,
        given: tf.clone(x),
        reshaped: tf.reshape(x, [-1]),
        u: tf.clone(vectors!.u),
      };
    },
    { state: [state], programs },
  );
}

type Values = Record<string, readonly number[]>;

async function runConvolve(
  programs: ProgramRunner | undefined,
  state: Layer,
  shape: number[],
  seed: number,
  calls = { count: 0 },
) {
  const inputs = { x: random(shape, seed), shift: random([1], seed + 1) };
  const outputs = convolve(programs, state, calls)(inputs);
  tf.dispose(inputs);
  const { filter, u } = Object.fromEntries(state);
  const entries = Object.entries({ ...outputs, filter: filter!, stateU: u! }).map(
    async ([name, tensor]) => [name, [...tensor.shape, ...(await tensor.data())]] as const,
  );
  const values: Values = Object.fromEntries(await Promise.all(entries));
  tf.dispose(outputs);
  return values;
}

function largestDifference(a: Values, b: Values): number {
  const differences = Object.entries(a).flatMap(([name, values]) =>
    values.map((value, i) => Math.abs(value - (b[name]?.[i] ?? Number.NaN))),
  );
  return Math.max(...differences);
}

t.test('programs that node records', async (t) => {
  const log: string[] = [];
  const backend = await openOrSkip(t, 'node', { log: (message) => log.push(message) });
  if (backend === null) return;
  const programs = backend.programs as ProgramRunner;
  const one = () => tf.ones([3]);

  await t.test('compute what running each operation does, several of them by turns', async (t) => {
    const shapes = [
      [2, 7, 5, CHANNELS],
      [1, 7, 5, CHANNELS],
      [3, 10, 20, CHANNELS],
    ];
    const [replayed, direct] = [layer(1), layer(1)];
    const calls = { count: 0 };
    let worst = 0;
    for (let round = 0; round < MANY; round++) {
      const shape = shapes[round % shapes.length] as number[];
      const values = await runConvolve(programs, replayed, shape, round, calls);
      worst = Math.max(worst, largestDifference(values, await runConvolve(undefined, direct, shape, round)));
    }
    t.ok(calls.count < MANY / 2, `${calls.count} of ${MANY} runs by single operations`);
    t.ok(worst < ROUNDING, `differ by ${worst}`);
    tf.dispose([...replayed.values(), ...direct.values()]);
  });

  await t.test('leave nothing behind: no tensor, and no folder', (t) => {
    const folder = t.testdir();
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const x = one();
    const { state, run } = adding(programs, 'clean');
    run(x);
    const tensors = [tf.memory().numTensors, tf.memory().numDataBuffers];
    for (let i = 1; i < MANY; i++) run(x);
    t.same([tf.memory().numTensors, tf.memory().numDataBuffers], tensors);
    t.ok(state.calls < MANY / 2, 'recorded');
    t.same(readdirSync(folder), []);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    tf.dispose([x, state.total]);
    t.end();
  });

  await t.test('take other values for their state: a checkpoint that is loaded counts', async (t) => {
    const x = one();
    const { state, run } = adding(programs, 'checkpoint');
    for (let i = 0; i < MANY; i++) run(x);
    state.total.dispose();
    state.total = tf.fill([3], 10);
    for (let i = 0; i < 3; i++) run(x);
    t.same([...(await state.total.data())], [13, 13, 13]);
    tf.dispose([x, state.total]);
  });

  await t.test('change no tensor that shares memory with their state', async (t) => {
    const x = one();
    const { state, run } = adding(programs, 'shared');
    const kept = Array.from({ length: MANY }, () => {
      const before = tf.clone(state.total);
      run(x);
      return before;
    });
    for (const [i, tensor] of kept.entries()) t.same([...(await tensor.data())], [i, i, i]);
    tf.dispose([x, state.total, ...kept]);
  });

  await t.test('pass errors on while they are not recorded, and can be run again', async (t) => {
    const x = one();
    let fails = true;
    const { state, run } = adding(programs, 'fallible', () => {
      if (fails) throw new Error('too bad');
    });
    for (let i = 0; i < 3; i++) t.throws(() => run(x), { message: 'too bad' });
    fails = false;
    for (let i = 0; i < MANY; i++) run(x);
    t.ok(state.calls < MANY / 2, 'recorded');
    t.same([...(await state.total.data())], [MANY, MANY, MANY]);
    tf.dispose([x, state.total]);
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
    for (let i = 1; i < MANY; i++) {
      const { y } = outer(x);
      if (i === MANY - 1) t.same([...(await y.data())], [10, 10, 10]);
      y.dispose();
    }
    t.equal(tf.memory().numTensors, before);
    t.ok(calls < MANY / 2, 'recorded');
    x.dispose();
  });

  await t.test('that read what they are not given stay right, and the log says why they are slower', async (t) => {
    const [x, foreign] = [one(), tf.ones([3])];
    let calls = 0;
    const add = compiled(
      'foreign',
      (y: tf.Tensor) => {
        calls++;
        return tf.add(y, foreign);
      },
      { programs },
    );
    for (let i = 0; i < MANY; i++) add(x).dispose();
    t.equal(calls, MANY);
    t.equal(log.filter((message) => /cannot be recorded: Add/.test(message)).length, 1);
    tf.dispose([x, foreign]);
  });

  await t.test('read what they capture where it lies, whatever that is at the time', async (t) => {
    const x = one();
    const { state, run, weightsOf } = scaling(programs, x);
    const [two, three] = [weightsOf(2), weightsOf(3)];
    for (let i = 0; i < MANY; i++) {
      if ((await run(two)) !== 2 || (await run(three)) !== 3) t.fail(`run ${i}`);
    }
    t.ok(state.calls < MANY, `${state.calls} of ${2 * MANY} runs by single operations`);
    tf.dispose([x, [...two.values(), ...three.values()]]);
  });

  await t.test('are not recorded where single calls cost little beside what the operations take', (t) => {
    const runs = 6;
    const x = tf.ones([2 ** 24]);
    let calls = 0;
    const double = compiled(
      'large',
      (y: tf.Tensor) => {
        calls++;
        return tf.mul(y, 2);
      },
      { programs },
    );
    for (let i = 0; i < runs; i++) double(x).dispose();
    t.equal(calls, runs);
    x.dispose();
    t.end();
  });

  await t.test('are not recorded where the user does not want it', async (t) => {
    const other = await openBackend('node', { replay: false });
    t.equal(other.programs, undefined);
    await other.close();
  });
});
