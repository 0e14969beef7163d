import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { translationNetworks } from '../networks/translation-networks.ts';
import { createRng } from '../random/rng.ts';
import { disposeSamples, uploadSamples } from './device-samples.ts';
import { tinyConfig, tinySample } from './test-support/tiny-training.ts';
import { type StepSettings, trainStep } from './train-step.ts';
import { disposeTrainingState, initialTrainingState } from './training-state.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const config = tinyConfig();
const networks = translationNetworks(config.model, config);
const [a, b, otherA, otherB] = ['a', 'b', 'c', 'd'].map((name) => uploadSamples([tinySample(name, 1)], 'instagan'));
t.teardown(() => disposeSamples([...a!, ...b!, ...otherA!, ...otherB!]));

/** Gradients of one step from the same beginning. */
async function gradientsWith(truth: Pick<StepSettings, 'truth'>): Promise<Record<string, number[]>> {
  const state = initialTrainingState(networks, 1, 0);
  const learningRate = { generator: 1e-4, discriminator: 1e-4 };
  const values: Record<string, number[]> = {};
  for (const chunk of trainStep(state, networks, a!, b!, { config, learningRate, poolRng: createRng(1), ...truth })) {
    for (const [network, gradients] of Object.entries(chunk.gradients) as [string, Map<string, tf.Tensor>][]) {
      values[network] = [];
      for (const gradient of gradients.values()) values[network].push(...(await gradient.data()));
    }
    tf.dispose([...chunk.measurements.values()]);
  }
  disposeTrainingState(state);
  return values;
}

t.test('jittered masks are translated, and true ones teach the discriminators what is real', async (t) => {
  const usual = await gradientsWith({});
  t.same(await gradientsWith({ truth: { a: a!, b: b! } }), usual, 'without jitter the samples are the truth');
  const jittered = await gradientsWith({ truth: { a: otherA!, b: otherB! } });
  for (const network of ['generatorAToB', 'generatorBToA']) t.same(jittered[network], usual[network], network);
  for (const network of ['discriminatorA', 'discriminatorB']) t.notSame(jittered[network], usual[network], network);
});
