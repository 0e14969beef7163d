import t from 'tap';
import { openBackend } from '../backends/registry.ts';
import { wasmMemory } from '../backends/wasm.ts';
import { translateSample } from '../models/translate-sample.ts';
import { translationModel } from '../models/translation-models.ts';
import { initialParameters } from '../networks/parameters.ts';
import { createRng } from '../random/rng.ts';
import { tinySample } from '../training/test-support/tiny-training.ts';
import { checkTranslation, translationCheck } from './check-translation.ts';

const MEBIBYTE = 2 ** 20;
const wasm = { name: 'wasm', software: false } as const;
const ram = { ramBytes: 2 ** 40, freeRamBytes: 2 ** 40 };

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

t.test('an image that does not fit is refused before anything is computed, with what to do', async (t) => {
  const model = translationModel({ ngf: 64, ndf: 64, blocks: 9 });
  const counts = { instances: 2, masks: 2 };
  await t.resolves(checkTranslation(model, { height: 200, width: 200 }, counts, wasm));
  await t.rejects(checkTranslation(model, { height: 3000, width: 4000 }, counts, wasm), {
    name: 'UserError',
    message:
      /4000x3000 pixels, translated whole, needs about .* wasm heap.*--region objects, or make it smaller with --size/,
  });
  const plain = translationModel({ model: 'cyclegan', ngf: 64, ndf: 64, blocks: 9 });
  const without = checkTranslation(plain, { height: 3000, width: 4000 }, { instances: 1, masks: 0 }, wasm);
  await t.rejects(without, { message: /wasm heap[^-]*: make it smaller with --size/ });
});

t.test('images of one size are looked at once, and others by themselves', async (t) => {
  const model = translationModel({ ngf: 64, ndf: 64, blocks: 9 });
  let calls = 0;
  const counting = {
    ...model,
    generate: (...given: Parameters<typeof model.generate>) => {
      calls++;
      return model.generate(...given);
    },
  };
  const check = translationCheck(counting, wasm);
  const counts = { instances: 1, masks: 1 };
  for (let i = 0; i < 3; i++) await check({ height: 64, width: 64 }, counts);
  t.equal(calls, 1);
  await check({ height: 64, width: 68 }, counts);
  t.equal(calls, 2);
  for (let i = 0; i < 2; i++) await t.rejects(check({ height: 3000, width: 4000 }, counts), { name: 'UserError' });
});

t.test('what is estimated is near what a translation takes', async (t) => {
  const model = translationModel({ ngf: 16, ndf: 16, blocks: 3 });
  const parameters = initialParameters(model.generatorSpecs, createRng(1));
  await translateSample({ model, parameters, instancesPerChunk: 2 }, tinySample('large', 2, 400, 400));
  const heapBytes = wasmMemory().buffer.byteLength;
  const fits = (deviceBytes: number) =>
    checkTranslation(model, { height: 400, width: 400 }, { instances: 2, masks: 2 }, wasm, {
      ...ram,
      deviceBytes,
    }).then(
      () => true,
      () => false,
    );
  t.ok(await fits(1.4 * heapBytes), `it fits in ${Math.round((1.4 * heapBytes) / MEBIBYTE)} MiB`);
  t.notOk(await fits(heapBytes / 1.4), `and not in ${Math.round(heapBytes / 1.4 / MEBIBYTE)} MiB`);
});
