import { createRng, initialParameters, openBackend } from '@instagan/core';
import { defaultText, listSettings } from '@instagan/core/settings';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { unet, unetSpecs } from '../networks/unet.ts';
import { parseSegmenterConfig } from './segmenter-config.ts';
import { SEGMENTER_PRESETS, SEGMENTER_SETTINGS } from './segmenter-settings.ts';

t.test('sizes are those that the U-Net takes: another rule would fail after the data are read', async (t) => {
  const backend = await openBackend('cpu');
  t.teardown(() => backend.close());
  for (const levels of [2, 3, 4, 5]) {
    const network = { ngf: 1, levels, refine: 0, outputs: 1 };
    const parameters = initialParameters(unetSpecs(network), createRng(1));
    for (const side of [32, 34, 36, 40, 48, 64]) {
      const input = { levels, size: { height: side, width: 64 } };
      const image = tf.zeros<tf.Rank.R4>([1, side, 64, 3]);
      if (side % 2 ** levels === 0) {
        t.match(parseSegmenterConfig(input, 'x').size, { height: side }, `${side} at ${levels} levels`);
        t.same(
          tf.tidy(() => unet(parameters, network, image).shape),
          [1, side, 64, 1],
        );
      } else {
        t.throws(() => parseSegmenterConfig(input, 'x'), {
          name: 'UsageError',
          message: `x: size: with ${levels} levels height and width must be multiples of ${2 ** levels}, not ${side}x64.`,
        });
        t.throws(() => unet(parameters, network, image), { message: /takes sizes that are multiples of/ });
      }
      image.dispose();
    }
    tf.dispose([...parameters.values()]);
  }
});

t.test('an empty configuration is one that works', async (t) => {
  t.match(parseSegmenterConfig({}, 'x'), {
    model: 'pix2pix',
    domain: 'A',
    init: null,
    size: { height: 128, width: 128 },
    ngf: 32,
    ndf: 16,
    levels: 5,
    refine: 16,
    depth: true,
    batch: 2,
    learningRate: { generator: 5e-4, discriminator: 2e-4 },
    weights: { adversarial: 1, l1: 100, jaccard: 100, depth: 100 },
    epochs: { constant: 3, decay: 9 },
    heldOut: 0.1,
    validateEvery: 500,
  });
});

t.test('every preset is valid and keeps what it sets', async (t) => {
  for (const [name, { settings }] of Object.entries(SEGMENTER_PRESETS)) {
    t.match(parseSegmenterConfig(settings, name), settings, name);
  }
});

t.test('every setting says all that help and docs need of it', async (t) => {
  for (const { name, setting } of listSettings(SEGMENTER_SETTINGS)) {
    t.match(setting.flag, /^(none|--[a-z][a-z-]*( <.+>)?)$/, `${name} has a flag, or says that it has none`);
    t.match(setting.help, /^[A-Za-z].*[^.]$/, `${name} has help`);
    t.ok(defaultText(setting), `${name} has a default`);
  }
});
