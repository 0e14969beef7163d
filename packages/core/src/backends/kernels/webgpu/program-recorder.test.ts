import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { accumulate } from '../../../ops/accumulate.ts';
import { convolution } from '../../../ops/convolution.ts';
import { instanceNorm } from '../../../ops/instance-norm.ts';
import { powerIteration } from '../../../ops/spectral-norm.ts';
import { directRunner, type Program, type ProgramRunner } from '../../program.ts';
import { openBackend } from '../../registry.ts';
import { adding } from '../../testing/adding-program.ts';
import { openOrSkip } from '../../testing/open-or-skip.ts';
import { CHANNELS, type Layer, layer, random } from '../../testing/program-layer.ts';

/** A program of this project's operations and of stock ones, that advances `state`. */
function convolve(state: Layer, x: tf.Tensor, shift: tf.Tensor): Program {
  return {
    key: `convolve ${x.shape}`,
    inputs: { x, shift },
    state: [state],
    compute({ x, shift }) {
      const before = { filter: state.filter, u: state.u };
      const [vectors] = powerIteration([before.filter], [before.u]);
      const y = convolution(x as tf.Tensor4D, before.filter, { stride: 1, padding: [1, 1, 1, 1], border: 'reflect' });
      const moved = tf.add(y, tf.mul(vectors!.u, shift!)) as tf.Tensor4D;
      const [left, right] = tf.split(instanceNorm(moved, { kind: 'none' }), 2, 3);
      const both = tf.concat([tf.relu(right!), tf.slice(left!, [0, 0, 0, 0], left!.shape)], 3);
      const constant = tf.tensor1d([1, -2, 3, -4]);
      const change = tf.mul(tf.mean(tf.mul(both, constant)), tf.ones(before.filter.shape));
      const [filter] = accumulate([before.filter], [change]);
      state.replace([filter!, vectors!.u]);
      tf.dispose([before.filter, before.u]);
      return {
        both,
        mean: tf.mean(y),
        constant,
        given: tf.clone(x!),
        u: tf.clone(state.u),
        empty: tf.tensor([], [0, 3]),
      };
    },
  };
}

type Values = Record<string, readonly number[]>;

async function valuesOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Values> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => [name, [...(await tensor.data())]] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs a program on new inputs. */
async function runConvolve(runner: ProgramRunner, state: Layer, shape: number[], seed: number): Promise<Values> {
  const [x, shift] = [random(shape, seed), random([1], seed + 1)];
  const outputs = runner.run(convolve(state, x, shift));
  tf.dispose([x, shift]);
  const values = await valuesOf({ ...outputs, filter: state.filter, stateU: state.u });
  tf.dispose(Object.values(outputs));
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
      t.same(values, await runConvolve(directRunner, direct, shape, 10 * round), `round ${round}`);
    }
    tf.dispose([...replayed.tensors(), ...direct.tensors()]);
  });

  const run = (program: Program) => tf.dispose(Object.values(programs.run(program)));
  const one = () => tf.ones([3]);

  await t.test('are computed in JavaScript no more once they have come again', (t) => {
    const x = one();
    const { state, program } = adding(x);
    const before = backend.dispatches!();
    run(program);
    const dispatches = backend.dispatches!() - before;
    for (let i = 0; i < 5; i++) run(program);
    t.equal(state.calls, 2);
    t.equal(backend.dispatches!() - before, 6 * dispatches, 'and all of their dispatches are counted');
    tf.dispose([x, state.total]);
    t.end();
  });

  await t.test('leave nothing behind: training takes the memory of its first steps', (t) => {
    const state = layer(3);
    const shapes = SHAPES.slice(0, 2);
    const inputs = shapes.map((shape) => [random(shape, 1), random([1], 2)] as const);
    const runAll = () => {
      for (const [x, shift] of inputs) run(convolve(state, x, shift));
    };
    for (let i = 0; i < 3; i++) runAll();
    const before = [tf.memory().numTensors, tf.memory().numDataBuffers, gpuBytes()];
    for (let i = 0; i < 20; i++) runAll();
    t.same([tf.memory().numTensors, tf.memory().numDataBuffers, gpuBytes()], before);
    tf.dispose([...state.tensors(), ...inputs.flat()]);
    t.end();
  });

  await t.test('take other values for their state: a checkpoint that is loaded counts', async (t) => {
    const x = one();
    const { state, program } = adding(x);
    for (let i = 0; i < 3; i++) run(program);
    state.total.dispose();
    state.total = tf.keep(tf.fill([3], 10));
    for (let i = 0; i < 3; i++) run(program);
    t.same([...(await state.total.data())], [13, 13, 13]);
    tf.dispose([x, state.total]);
  });

  await t.test('overwrite no tensor that shares memory with their state, nor a read that is under way', async (t) => {
    const x = one();
    const { state, program } = adding(x);
    const kept: tf.Tensor[] = [];
    const reads: Promise<tf.TypedArray>[] = [];
    for (let i = 0; i < 5; i++) {
      kept.push(tf.clone(state.total));
      reads.push(state.total.data());
      run(program);
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
    const { state, program } = adding(x);
    let fails = false;
    const fallible: Program = {
      ...program,
      key: 'fallible',
      compute: (inputs) => {
        const outputs = program.compute(inputs);
        if (fails) throw new Error('too bad');
        return outputs;
      },
    };
    run(fallible);
    fails = true;
    t.throws(() => run(fallible), { message: 'too bad' });
    fails = false;
    run(fallible);
    run(fallible);
    t.same([...(await state.total.data())], [3, 3, 3]);
    tf.dispose([x, state.total]);
  });

  await t.test('say what they must not do, instead of repeating its first outcome for ever', async (t) => {
    const [x, other, onCpu] = [one(), tf.relu(one()), tf.tensor1d([1, 2, 3])];
    const { state, program } = adding(x);
    const computing = (compute: Program['compute']) => () => run({ ...program, key: 'wrong', state: [], compute });
    const foreign = { message: /neither an input nor part of its state/ };
    t.throws(
      computing(() => ({ y: tf.relu(other) })),
      foreign,
    );
    t.throws(
      computing(({ x }) => ({ y: tf.add(x!, onCpu) })),
      foreign,
    );
    t.throws(
      computing(({ x }) => ({ y: tf.keep(tf.relu(x!)), z: tf.relu(tf.keep(tf.neg(x!))) })),
      { message: /keeps tensors/ },
    );
    t.throws(
      computing(() => programs.run({ key: 'inner', inputs: {}, state: [], compute: () => ({}) })),
      { message: /runs no other/ },
    );
    let read: Promise<unknown> = Promise.resolve();
    run({
      ...program,
      key: 'reading',
      compute: ({ x }) => {
        const y = tf.relu(x!);
        read = y.data();
        return { y };
      },
    });
    await t.rejects(read, { message: /reads no values/ });
    for (let i = 0; i < 3; i++) run(program);
    t.same([...(await state.total.data())], [3, 3, 3], 'and programs go on');
    tf.dispose([x, other, onCpu, state.total]);
  });

  await t.test('keep a bounded number of recordings, however many programs there are', async (t) => {
    const x = one();
    const programsOfKeys = Array.from({ length: 70 }, (_, i) => adding(x, `key ${i}`));
    for (let i = 0; i < 3; i++) for (const { program } of programsOfKeys) run(program);
    t.ok(programsOfKeys[0]!.state.calls === 3, 'the first was dropped');
    for (const { state } of programsOfKeys) t.same([...(await state.total.data())], [3, 3, 3]);
    tf.dispose([x, ...programsOfKeys.map(({ state }) => state.total)]);
  });

  await t.test('can be timed', async (t) => {
    const x = one();
    const { state, program } = adding(x);
    for (let i = 0; i < 3; i++) run(program);
    const { kernelMs } = (await tf.time(() => run(program))) as unknown as { kernelMs: number };
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
