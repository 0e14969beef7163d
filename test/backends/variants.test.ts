import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeSafetensors, loadTranslator, openBackend, translateSample } from '@instagan/core';
import { tinyConfig, tinySample, trainTiny } from '@instagan/core/internals/training';
import type * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { BEYOND_PAPER } from '../helpers/beyond-paper.ts';
import { skipReason } from '../helpers/open-backend.ts';

/** On node, TensorFlow may round a resumed run otherwise. */
const BACKENDS = { wasm: true, node: false, webgpu: true };

for (const [name, isDeterministic] of Object.entries(BACKENDS) as [keyof typeof BACKENDS, boolean][]) {
  const skip = await skipReason(name);
  t.test(`settings beyond the paper train, resume and translate on ${name}`, { skip }, async (t) => {
    const folder = t.testdir();
    const backend = await openBackend(name);
    t.teardown(() => backend.close());
    const train = async (run: string, steps: number, resume: boolean) => {
      const config = resume ? {} : tinyConfig(BEYOND_PAPER);
      const { events, error } = await trainTiny({ runFolder: path.join(folder, run), steps, resume, config, backend });
      t.equal(error, undefined, `${run} trains to step ${steps}`);
      const losses = events.flatMap((event) => (event.type === 'step' ? [event.losses] : []));
      t.ok(
        losses.length > 0 &&
          losses.every(({ featureMatchingA = 0, consistencyB = 0 }) => featureMatchingA > 0 && consistencyB > 0) &&
          losses.every(
            ({ objectDiscriminatorA = 0, objectDiscriminatorB = 0 }) => objectDiscriminatorA * objectDiscriminatorB > 0,
          ),
      );
      t.ok(losses.every((each) => Object.values(each).every(Number.isFinite)));
    };
    const read = (run: string, file: string) => readFile(path.join(folder, run, 'checkpoints/step-00000002', file));
    const hash = async (run: string) =>
      createHash('sha256')
        .update(await read(run, 'model.safetensors'))
        .update(await read(run, 'averages.safetensors'))
        .digest('hex');
    await train('whole', 2, false);
    await train('parts', 1, false);
    await train('parts', 2, true);
    if (isDeterministic) t.equal(await hash('parts'), await hash('whole'), 'a resumed run is the unbroken one');

    const translator = await loadTranslator(path.join(folder, 'parts'), 'AtoB', backend);
    const weight = translator.parameters.get('imageDecoder.up0.weight') as tf.Tensor;
    t.same(weight.shape, [3, 3, 16, 8], 'filters of a convolution: inputs before outputs');
    const stored = async (file: string) =>
      decodeSafetensors(await read('parts', file), file).arrays.get('generatorAToB.imageDecoder.up0.weight')?.data;
    const used = await weight.data();
    t.same(used, await stored('averages.safetensors'), 'the averages translate');
    t.notSame(used, await stored('model.safetensors'));
    const sample = tinySample('input', 2, 22, 19);
    const { image, masks } = await translateSample(translator, sample);
    t.ok(image.length === sample.image.length && image.every((value) => Math.abs(value) <= 1));
    t.equal(masks.length, 2);
    t.ok(
      masks.every((mask) => mask.every((value) => value === 1 || value === -1)),
      'masks are binary',
    );
    translator.dispose();
  });
}

t.test('a run keeps the decoders that it began with', async (t) => {
  const backend = await openBackend('wasm');
  t.teardown(() => backend.close());
  const runFolder = path.join(t.testdir(), 'run');
  await trainTiny({ runFolder, steps: 1, config: tinyConfig(BEYOND_PAPER) });
  const { error } = await trainTiny({ runFolder, steps: 2, resume: true, config: { upsampling: 'transposed' } });
  t.match(error?.message, /started with upsampling "nearest" and cannot go on with "transposed"/);
});
