import { readdirSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { convolution } from '../../../../ops/convolution.ts';
import { instanceNorm } from '../../../../ops/instance-norm.ts';
import { powerIteration } from '../../../../ops/spectral-norm.ts';
import { directRunner, type Program, type ProgramRunner } from '../../../program.ts';
import { openBackend } from '../../../registry.ts';
import { adding } from '../../../testing/adding-program.ts';
import { openOrSkip } from '../../../testing/open-or-skip.ts';
import { CHANNELS, type Layer, layer, random } from '../../../testing/program-layer.ts';

/** The same operations on the same values, but TensorFlow may choose other kernels of oneDNN for a graph. */
const ROUNDING = 1e-5;
/** Runs in which a small program is recorded for certain. */
const MANY = 300;

/** A program of this project's operations and of stock ones, that replaces a part of `state`; `calls` counts. */
function convolve(state: Layer, x: tf.Tensor, shift: tf.Tensor, calls: { count: number }): Program {
  return {
    key: `convolve ${x.shape}`,
    inputs: { x, shift },
    state: [state],
    compute({ x, shift }) {
      calls.count++;
      const before = state.u;
      const [vectors] = powerIteration([state.filter], [before]);
      const y = convolution(x as tf.Tensor4D, state.filter, { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' });
      const moved = tf.add(y, tf.mul(vectors!.u, shift!)) as tf.Tensor4D;
      const [left, right] = tf.split(instanceNorm(moved, { kind: 'none' }), 2, 3);
      const constant = tf.tensor1d([1, -2, 3, -4]);
      const both = tf.mul(tf.concat([tf.relu(right!), left!], 3), constant);
      state.replace([state.filter, vectors!.u]);
      before.dispose();
      return {
        both,
        mean: tf.mean(y),
        constant,
        given: tf.clone(x!),
        reshaped: tf.reshape(x!, [-1]),
        u: tf.clone(state.u),
      };
    },
  };
}

type Values = Record<string, readonly number[]>;

async function runConvolve(runner: ProgramRunner, state: Layer, shape: number[], seed: number, calls = { count: 0 }) {
  const [x, shift] = [random(shape, seed), random([1], seed + 1)];
  const outputs = runner.run(convolve(state, x, shift, calls));
  tf.dispose([x, shift]);
  const entries = Object.entries({ ...outputs, filter: state.filter, stateU: state.u }).map(
    async ([name, tensor]) => [name, [...tensor.shape, ...(await tensor.data())]] as const,
  );
  const values: Values = Object.fromEntries(await Promise.all(entries));
  tf.dispose(Object.values(outputs));
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
  const run = (program: Program) => tf.dispose(Object.values(programs.run(program)));
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
      worst = Math.max(worst, largestDifference(values, await runConvolve(directRunner, direct, shape, round)));
    }
    t.ok(calls.count < MANY / 2, `${calls.count} of ${MANY} runs by single operations`);
    t.ok(worst < ROUNDING, `differ by ${worst}`);
    tf.dispose([...replayed.tensors(), ...direct.tensors()]);
  });

  await t.test('leave nothing behind: no tensor, and no folder', (t) => {
    const folder = t.testdir();
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const x = one();
    const { state, program } = adding(x, 'clean');
    run(program);
    const tensors = [tf.memory().numTensors, tf.memory().numDataBuffers];
    for (let i = 1; i < MANY; i++) run(program);
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
    const { state, program } = adding(x, 'checkpoint');
    for (let i = 0; i < MANY; i++) run(program);
    state.total.dispose();
    state.total = tf.keep(tf.fill([3], 10));
    for (let i = 0; i < 3; i++) run(program);
    t.same([...(await state.total.data())], [13, 13, 13]);
    tf.dispose([x, state.total]);
  });

  await t.test('change no tensor that shares memory with their state', async (t) => {
    const x = one();
    const { state, program } = adding(x, 'shared');
    const kept = Array.from({ length: MANY }, () => {
      const before = tf.clone(state.total);
      run(program);
      return before;
    });
    for (const [i, tensor] of kept.entries()) t.same([...(await tensor.data())], [i, i, i]);
    tf.dispose([x, state.total, ...kept]);
  });

  await t.test('pass errors on while they are not recorded, and can be run again', async (t) => {
    const x = one();
    const { state, program } = adding(x, 'fallible');
    let fails = true;
    const fallible: Program = {
      ...program,
      compute(inputs) {
        if (fails) throw new Error('too bad');
        return program.compute(inputs);
      },
    };
    for (let i = 0; i < 3; i++) t.throws(() => run(fallible), { message: 'too bad' });
    fails = false;
    for (let i = 0; i < MANY; i++) run(fallible);
    t.ok(state.calls < MANY / 2, 'recorded');
    t.same([...(await state.total.data())], [MANY, MANY, MANY]);
    tf.dispose([x, state.total]);
  });

  await t.test('of one key and different shapes are an error, not a wrong result', (t) => {
    const [x, other] = [one(), tf.ones([4])];
    const { state, program } = adding(x, 'one key');
    for (let i = 0; i < MANY; i++) run(program);
    t.throws(() => run({ ...program, inputs: { x: other } }), { message: /different shapes have one key: one key/ });
    tf.dispose([x, other, state.total]);
    t.end();
  });

  await t.test('that read what they are not given stay right, and the log says why they are slower', async (t) => {
    const [x, foreign] = [one(), tf.ones([3])];
    const { state, program } = adding(x, 'foreign', {
      compute({ x }) {
        state.calls++;
        return { sum: tf.add(x!, foreign) };
      },
    });
    for (let i = 0; i < MANY; i++) run(program);
    t.equal(state.calls, MANY);
    t.equal(log.filter((message) => /cannot be recorded: Add/.test(message)).length, 1);
    tf.dispose([x, foreign, state.total]);
  });

  await t.test('are not recorded where single calls cost little beside what the operations take', (t) => {
    const runs = 6;
    const x = tf.ones([2 ** 24]);
    const { state, program } = adding(x, 'large');
    for (let i = 0; i < runs; i++) run(program);
    t.equal(state.calls, runs);
    tf.dispose([x, state.total]);
    t.end();
  });

  await t.test('are not recorded where the user does not want it', async (t) => {
    const other = await openBackend('node', { replay: false });
    t.equal(other.programs, undefined);
    await other.close();
  });
});
