import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import { joinSamples } from '../../networks/instance-set.ts';
import { initialParameters, type ParameterSpec } from '../../networks/parameters.ts';
import { inScope } from '../../ops/in-scope.ts';
import { createRng } from '../../random/rng.ts';
import { tinySample } from '../../training/test-support/tiny-training.ts';
import { MODEL_NAMES } from '../model-names.ts';
import { translationModel } from '../translation-models.ts';
import { disposeSamples, uploadSamples } from './device-samples.ts';
import { setDiscriminatorSpecs } from './set-discriminator.ts';
import { shortestSidePx } from './settings.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

const SMALL = { ngf: 2, ndf: 2, blocks: 1 };

/** The channels that each convolution takes and gives. */
function channels(specs: readonly ParameterSpec[], part: string): string[] {
  return specs.flatMap(({ name, shape }) =>
    name.startsWith(part) && name.endsWith('.weight') ? [shape.slice(2).join(' to ')] : [],
  );
}

t.test("the discriminator is the paper's unless another depth is asked for", async (t) => {
  const paper = setDiscriminatorSpecs({ ndf: 64 });
  t.same(setDiscriminatorSpecs({ ndf: 64, discriminatorLayers: 3 }), paper);
  t.same(channels(paper, 'imageFeatures'), ['3 to 64', '64 to 128', '128 to 256']);
  t.same(channels(paper, 'maskFeatures'), ['1 to 64', '64 to 128', '128 to 256']);
  t.same(channels(paper, 'classifier'), ['512 to 1024', '1024 to 1']);
});

t.test('channels double from layer to layer up to eight times the first, as in pix2pix', async (t) => {
  const one = setDiscriminatorSpecs({ ndf: 2, discriminatorLayers: 1 });
  t.same(channels(one, ''), ['3 to 2', '1 to 2', '4 to 8', '8 to 1']);
  const five = setDiscriminatorSpecs({ ndf: 2, discriminatorLayers: 5 });
  t.same(channels(five, 'maskFeatures'), ['1 to 2', '2 to 4', '4 to 8', '8 to 16', '16 to 16']);
  t.same(channels(five, 'classifier'), ['32 to 32', '32 to 1']);
});

t.test('every depth scores images from its shortest side on, of every model', async (t) => {
  for (const name of MODEL_NAMES) {
    for (const discriminatorLayers of [1, 2, 3, 4, 5]) {
      const model = translationModel({ model: name, ...SMALL, discriminatorLayers });
      const parameters = initialParameters(model.discriminatorSpecs, createRng(1));
      const [height, width] = [shortestSidePx(discriminatorLayers), 2 * shortestSidePx(discriminatorLayers)];
      const samples = uploadSamples([
        model.view(tinySample('a', 2, width, height)),
        model.view(tinySample('b', 1, width, height)),
      ]);
      const { shape, values, sides } = inScope(() => {
        const { scores, features } = model.discriminate(parameters, joinSamples(samples));
        return { shape: scores.shape, values: scores.dataSync(), sides: features.map(({ shape }) => shape[1]) };
      });
      t.same(shape, [2, 1, 4, 1], `${name}, ${discriminatorLayers} layers`);
      const halved = Array.from({ length: discriminatorLayers }, (_, layer) => height / 2 ** (layer + 1));
      t.same(sides, [...halved, 2], 'each layer gives features, and the hidden one of the classifier');
      t.ok(
        values.every(Number.isFinite) && new Set(values).size > 4,
        'places and samples are scored by what they show',
      );
      tf.dispose([...parameters.values()]);
      disposeSamples(samples);
    }
  }
});
