import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openOrSkip } from '../backends/testing/open-or-skip.ts';
import type { Sample } from '../data/sample.ts';
import { initialParameters } from '../networks/parameters.ts';
import { createRng } from '../random/rng.ts';
import type { ModelName } from './model-names.ts';
import { translateSample } from './translate-sample.ts';
import type { Translator } from './translation-model.ts';
import { translationModel } from './translation-models.ts';

/** TensorFlow may choose other kernels for a graph; values are in [-1, 1]. */
const ROUNDING = 1e-5;
/** Times that each translator sees each image; small ones are recorded on node once as much time went into them. */
const ROUNDS = 40;

function sampleOf(width: number, height: number, instances: number): Sample {
  const rng = createRng(5, 'sample', width, instances);
  return {
    name: 'sample',
    width,
    height,
    image: Float32Array.from({ length: width * height * 3 }, () => 2 * rng.uniform() - 1),
    masks: Array.from({ length: instances }, (_, n) =>
      Float32Array.from({ length: width * height }, (_, i) => (i % width === n ? 1 : -1)),
    ),
  };
}

/** Counts how often its networks are run operation by operation. */
function countingTranslator(name: ModelName, seed: number) {
  const model = translationModel({ model: name, ngf: 2, ndf: 2, blocks: 1 });
  const calls = { count: 0 };
  const translator: Translator = {
    model: {
      ...model,
      generate: (...given) => {
        calls.count++;
        return model.generate(...given);
      },
    },
    parameters: initialParameters(model.generatorSpecs, createRng(seed, 'weights')),
    instancesPerChunk: 2,
  };
  return { translator, calls };
}

function largestDifference(a: Sample, b: Sample): number {
  const values = ({ image, masks }: Sample) => [...image, ...masks.flatMap((mask) => [...mask])];
  const others = values(b);
  return Math.max(...values(a).map((value, i) => Math.abs(value - others[i]!)));
}

for (const name of ['node', 'webgpu'] as const) {
  t.test(`translations on ${name} that are repeated`, async (t) => {
    const backend = await openOrSkip(t, name);
    if (backend === null) return;
    const samples = [sampleOf(16, 16, 3), sampleOf(24, 16, 2)];
    const models = [
      countingTranslator('instagan', 1),
      countingTranslator('instagan', 2),
      countingTranslator('cyclegan', 3),
    ];
    const expected = [];
    for (const { translator } of models) {
      const translations = [];
      for (const sample of samples) translations.push(await translateSample(translator, sample));
      expected.push(translations);
    }
    const direct = models.map(({ calls }) => calls.count);
    for (const { calls } of models) calls.count = 0;
    t.ok(largestDifference(expected[0]![0]!, expected[1]![0]!) > 100 * ROUNDING, 'the models differ');

    const { programs } = backend;
    let tensors = 0;
    let worst = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [m, { translator }] of models.entries()) {
        for (const [s, sample] of samples.entries()) {
          const output = await translateSample({ ...translator, programs }, sample);
          worst = Math.max(worst, largestDifference(output, expected[m]![s]!));
        }
      }
      if (round === ROUNDS - 2) tensors = tf.memory().numTensors;
    }
    t.ok(worst < ROUNDING, `each model of each image, by turns: differ by ${worst}`);
    t.equal(tf.memory().numTensors, tensors, 'no tensor is left behind');
    for (const [m, { calls }] of models.entries()) {
      t.ok(calls.count < (ROUNDS * direct[m]!) / 2, `${calls.count} computed anew`);
    }
    for (const { translator } of models) tf.dispose([...translator.parameters.values()]);
  });
}
