import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import type { DeviceSample } from '../../networks/instance-set.ts';
import { createRng } from '../../random/rng.ts';
import { tinyConfig, tinySample } from '../../training/test-support/tiny-training.ts';
import { translationModel } from '../translation-models.ts';
import { type DeviceTruth, disposeSamples, uploadSamples } from './device-samples.ts';
import { type StepSettings, trainStep } from './train-step.ts';
import { disposeTrainingState, initialTrainingState } from './training-state.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const config = tinyConfig();
const model = translationModel(config);
const [a, b, otherA, otherB] = ['a', 'b', 'c', 'd'].map((name) => uploadSamples([tinySample(name, 1)]));
t.teardown(() => disposeSamples([...a!, ...b!, ...otherA!, ...otherB!]));

/** What is true of sample after sample, by the masks of others. */
function truthOf(masks: readonly DeviceSample[], targets: readonly DeviceSample[]): DeviceTruth[] {
  return masks.map((sample, i) => ({ masks: sample.masks, targets: targets[i]!.masks }));
}

/** Fingerprints of the gradients of one step from the same beginning, by network. */
async function gradientsWith(more: Partial<StepSettings>): Promise<Record<string, string>> {
  const state = initialTrainingState(model, 1, 0);
  const learningRate = { generator: 1e-4, discriminator: 1e-4 };
  const fingerprints: Record<string, string> = {};
  const settings = { config, learningRate, poolRng: createRng(1), keepGradients: true, ...more };
  for (const chunk of trainStep(state, model, a!, b!, settings)) {
    for (const [network, gradients] of Object.entries(chunk.gradients) as [string, Map<string, tf.Tensor>][]) {
      const hash = createHash('sha256');
      for (const gradient of gradients.values()) hash.update(await gradient.data());
      fingerprints[network] = hash.digest('hex');
    }
    tf.dispose([...chunk.measurements.values()]);
  }
  disposeTrainingState(state);
  return fingerprints;
}

const generators = ['generatorAToB', 'generatorBToA'];
const discriminators = ['discriminatorA', 'discriminatorB'];

t.test('jittered masks are translated, and true ones teach the discriminators what is real', async (t) => {
  const usual = await gradientsWith({});
  const untouched = { a: truthOf(a!, a!), b: truthOf(b!, b!) };
  t.same(await gradientsWith({ truth: untouched }), usual, 'without jitter the samples are the truth');
  const jittered = await gradientsWith({ truth: { a: truthOf(otherA!, a!), b: truthOf(otherB!, b!) } });
  for (const network of generators) t.equal(jittered[network], usual[network], network);
  for (const network of discriminators) t.not(jittered[network], usual[network], network);
});

t.test('the generators learn what the jittered masks should be', async (t) => {
  const usual = await gradientsWith({});
  const jittered = await gradientsWith({ truth: { a: truthOf(a!, otherA!), b: truthOf(b!, otherB!) } });
  for (const network of generators) t.not(jittered[network], usual[network], network);
  for (const network of discriminators) t.equal(jittered[network], usual[network], network);
});

t.test('what is left of the cycle and identity weights is as if they were so much smaller', async (t) => {
  const { weights } = config;
  const halved = { ...config, weights: { ...weights, cycle: weights.cycle / 2, identity: weights.identity / 2 } };
  for (const joinCalls of [false, true]) {
    const [half, whole] = [
      await gradientsWith({ reconstruction: 0.5, joinCalls }),
      await gradientsWith({ reconstruction: 1, joinCalls }),
    ];
    t.same(half, await gradientsWith({ config: halved, joinCalls }));
    t.same(whole, await gradientsWith({ joinCalls }), 'all of them by default');
    for (const network of generators) t.not(half[network], whole[network], network);
  }
});
