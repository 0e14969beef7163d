import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { createRng } from '../random/rng.ts';
import { accumulateGradients, lossAndGradients } from './gradients.ts';
import { TrainedParameters } from './trained-parameters.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

const SETTINGS = { beta1: 0.5, beta2: 0.999 };

/** PyTorch's Adam in float64, in the form of its documentation (epsilon 1e-8, no weight decay). */
function adamOf(initial: readonly number[]) {
  const state = initial.map((value) => ({ value, m: 0, v: 0 }));
  let step = 0;
  return {
    update(gradient: ArrayLike<number>, learningRate: number): number[] {
      step++;
      return state.map((entry, i) => {
        entry.m = SETTINGS.beta1 * entry.m + (1 - SETTINGS.beta1) * gradient[i]!;
        entry.v = SETTINGS.beta2 * entry.v + (1 - SETTINGS.beta2) * gradient[i]! ** 2;
        const mHat = entry.m / (1 - SETTINGS.beta1 ** step);
        const vHat = entry.v / (1 - SETTINGS.beta2 ** step);
        entry.value -= (learningRate * mHat) / (Math.sqrt(vHat) + 1e-8);
        return entry.value;
      });
    },
  };
}

t.test("updates are those of PyTorch's Adam: the paper's settings mean the same here", async (t) => {
  const rng = createRng(1, 'optimizer');
  const initial = Array.from({ length: 6 }, () => Math.fround(rng.normal()));
  const trained = new TrainedParameters(new Map([['w', tf.tensor(initial, [2, 3])]]));
  const expected = adamOf(initial);
  let worst = 0;
  for (let step = 0; step < 30; step++) {
    // Gradients from 1 down to 1e-9, where epsilon decides.
    const gradient = Float32Array.from({ length: 6 }, (_, i) => rng.normal() * 10 ** (-9 * (i / 5)));
    const learningRate = 1e-2 / (1 + step);
    const tensor = tf.tensor(gradient, [2, 3]);
    const rates = trained.nextRates(learningRate, SETTINGS);
    trained.update(new Map([['w', tensor]]), rates, SETTINGS);
    tf.dispose([tensor, rates]);
    const wanted = expected.update(gradient, learningRate);
    const actual = await trained.parameters.get('w')!.data();
    worst = Math.max(worst, ...wanted.map((value, i) => Math.abs(value - actual[i]!)));
  }
  t.ok(worst < 2e-6, `30 updates are off by ${worst}, after moves of about 0.04`);
  t.equal(trained.step, 30);
  trained.dispose();
});

t.test('a parameter without a gradient stays as it is, and no update leaves a tensor behind', async (t) => {
  const before = tf.memory().numTensors;
  const parameters = () => [...trained.parameters.values()].map((tensor) => tensor.dataSync()[0]);
  const trained = new TrainedParameters(
    new Map([
      ['used', tf.scalar(1)],
      ['unused', tf.scalar(2)],
    ]),
  );
  const held = tf.memory().numTensors;
  const gradient = tf.scalar(1);
  for (let i = 0; i < 5; i++) {
    const rates = trained.nextRates(0.1, SETTINGS);
    trained.update(new Map([['used', gradient]]), rates, SETTINGS);
    rates.dispose();
  }
  gradient.dispose();
  t.equal(tf.memory().numTensors, held);
  const [used, unused] = parameters();
  t.ok(Math.abs(used! - 0.5) < 1e-5, 'a constant gradient moves it by the learning rate a step');
  t.equal(unused, 2);
  trained.dispose();
  t.equal(tf.memory().numTensors, before);
});

t.test('gradients come by name, and only where the loss depends on a parameter', async (t) => {
  const first = new Map([
    ['a', tf.scalar(3)],
    ['b', tf.scalar(5)],
  ]);
  const second = new Map([['c', tf.scalar(7)]]);
  const { loss, gradients } = lossAndGradients(
    () => tf.mul(tf.square(first.get('a')!), second.get('c')!) as tf.Scalar,
    [first, second],
  );
  t.equal(loss.dataSync()[0], 63);
  t.same(
    gradients.map((each) => [...each].map(([name, value]) => [name, value.dataSync()[0]])),
    [[['a', 42]], [['c', 9]]],
  );
});

t.test('gradients of several losses add up, whichever has them', async (t) => {
  const before = tf.memory().numTensors;
  const total = new Map<string, tf.Tensor>();
  accumulateGradients(total, new Map([['a', tf.scalar(1)]]));
  accumulateGradients(total, new Map([['a', tf.scalar(2)], ['b', tf.scalar(4)]])); // biome-ignore format: one line reads best
  t.same(
    [...total].map(([name, value]) => [name, value.dataSync()[0]]),
    [
      ['a', 3],
      ['b', 4],
    ],
  );
  tf.dispose([...total.values()]);
  t.equal(tf.memory().numTensors, before, 'summands are freed');
});
