import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { readNewestCheckpoint } from '../checkpoint/checkpoint-reader.ts';
import { MODEL_FILE } from '../checkpoint/model-files.ts';
import type { NamedArrays } from '../checkpoint/named-arrays.ts';
import { tensorsFromArrays } from '../checkpoint/tensors-from-arrays.ts';
import { joinSamples } from '../networks/instance-set.ts';
import { tinyConfig, tinySample, trainTiny } from '../training/test-support/tiny-training.ts';
import { deepened } from './deepened.ts';
import { disposeSamples, uploadSamples } from './instagan/device-samples.ts';
import { translationModel } from './translation-models.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const newestWeights = async (run: string) => (await readNewestCheckpoint(run)).checkpoint!.files[MODEL_FILE]!;

/** What the generator from A to B makes of a sample: its image, then its masks. */
async function translated(weights: NamedArrays, blocks: number): Promise<Float32Array[]> {
  const model = translationModel({ ngf: 2, ndf: 2, blocks });
  const samples = uploadSamples([tinySample('a', 2)]);
  const parameters = tensorsFromArrays(model.generatorSpecs, weights, 'generatorAToB.', 'the test');
  tf.engine().startScope();
  const { image, masks } = model.generate(parameters, joinSamples(samples));
  const values = [await image.data(), await masks.data()] as Float32Array[];
  tf.engine().endScope();
  tf.dispose([...parameters.values()]);
  disposeSamples(samples);
  return values;
}

t.test('a generator with more blocks computes the same, and then learns with all of them', async (t) => {
  const folder = t.testdir();
  const [shallow, deep] = ['shallow', 'deep'].map((name) => path.join(folder, name)) as [string, string];
  await trainTiny({ runFolder: shallow, steps: 1 });
  const weights = await newestWeights(shallow);
  const deeper = deepened(weights, { from: 1, to: 3, seed: 4 });
  t.same(await translated(deeper, 3), await translated(weights, 1));
  t.equal(
    deeper.size,
    weights.size + 2 * 2 * 2 * 2,
    'two blocks of two convolutions in two encoders of two generators',
  );

  const { error } = await trainTiny({ runFolder: deep, steps: 2, config: tinyConfig({ init: shallow, blocks: 3 }) });
  t.equal(error, undefined);
  const learned = await newestWeights(deep);
  for (const name of ['imageEncoder.block2.conv1', 'maskEncoder.block1.conv1']) {
    const { data } = learned.get(`generatorBToA.${name}.weight`)!;
    t.ok(
      data.some((value) => value !== 0),
      `${name} has left zero`,
    );
  }
  const fewer = await trainTiny({ runFolder: `${deep}er`, steps: 1, config: tinyConfig({ init: deep, blocks: 2 }) });
  t.match(fewer.error, {
    name: 'UsageError',
    message: /deep has blocks 3, so its weights do not fit blocks 2: leave that setting out, or choose more\./,
  });
});
