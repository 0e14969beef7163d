import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { openBackend } from '../backends/index.ts';
import { readModel } from '../checkpoint/read-model.ts';
import { createRun, createTrainedRun } from '../config/run-config.ts';
import { translateSample } from '../models/translate-sample.ts';
import { tinyConfig, tinySample, trainTiny } from '../training/test-support/tiny-training.ts';
import { exportRun } from './export-run.ts';
import { loadTranslator } from './load-translator.ts';

const backend = await openBackend('wasm');
t.teardown(() => backend.close());

t.test('an exported run translates as its run does, and can be trained further', async (t) => {
  const folder = t.testdir();
  const at = (name: string) => path.join(folder, name);
  await trainTiny({ runFolder: at('run'), steps: 3, config: tinyConfig({ ema: 0.5 }) });
  await exportRun(at('run'), at('copy'));
  const half = await exportRun(at('run'), at('half'), { floatType: 'F16' });
  t.match(half, { step: 3, warnings: [] });
  t.same((await readdir(at('copy'))).sort(), ['checkpoints', 'config.json']);
  const sizes = await Promise.all(
    ['copy', 'half'].map(async (name) => (await stat(at(`${name}/checkpoints/step-00000003/model.safetensors`))).size),
  );
  t.ok(sizes[1]! < 0.6 * sizes[0]!, `half is ${sizes[1]} of ${sizes[0]} bytes`);

  const sample = tinySample('input', 2);
  const outputs = [];
  for (const name of ['run', 'copy', 'half']) {
    const translator = await loadTranslator(at(name), 'BtoA');
    outputs.push(await translateSample(translator, sample));
    translator.dispose();
  }
  const [run, copy, rounded] = outputs;
  t.same(copy, run);
  t.notSame(rounded, run);
  t.ok(rounded!.image.every((value, i) => Math.abs(value - run!.image[i]!) < 0.02));

  const { error } = await trainTiny({ runFolder: at('copy'), steps: 4, resume: true, config: {} });
  t.equal(error, undefined);
});

t.test('the mean of two runs has the mean of their weights, and only runs of equal networks have one', async (t) => {
  const folder = t.testdir();
  const at = (name: string) => path.join(folder, name);
  await trainTiny({ runFolder: at('first'), steps: 1 });
  await trainTiny({ runFolder: at('second'), steps: 1, config: tinyConfig({ init: at('first'), seed: 9 }) });
  await trainTiny({ runFolder: at('other'), steps: 1, config: tinyConfig({ blocks: 2 }) });
  await exportRun(at('second'), at('mean'), { meanWith: at('first') });
  const weightsOf = async (name: string) => (await readModel(at(name))).model;
  const [first, second, mean] = await Promise.all(['first', 'second', 'mean'].map(weightsOf));
  let differ = false;
  for (const [name, { data }] of mean!) {
    const [a, b] = [first!.get(name)!.data, second!.get(name)!.data];
    t.ok(
      data.every((value, i) => Math.abs(Number(value) - (Number(a[i]) + Number(b[i])) / 2) < 1e-7),
      name,
    );
    differ ||= a.some((value, i) => value !== b[i]);
  }
  t.ok(differ);
  await t.rejects(exportRun(at('second'), at('none'), { meanWith: at('other') }), {
    name: 'UsageError',
    message: /other has other networks than .*second: give a run that began with it/,
  });
  const message = /^There is no run .*nowhere: /;
  await t.rejects(exportRun(at('second'), at('none'), { meanWith: at('nowhere') }), { name: 'UserError', message });
  t.notOk(existsSync(at('none')));
});

t.test('a copy names no folder of the machine that it comes from', async (t) => {
  const folder = t.testdir();
  const at = (name: string) => path.join(folder, name);
  await trainTiny({ runFolder: at('first'), steps: 1 });
  await trainTiny({ runFolder: at('second'), steps: 1, config: tinyConfig({ init: at('first'), warmUp: 5 }) });
  await exportRun(at('second'), at('copy'));
  for (const file of ['config.json', 'checkpoints/step-00000001/manifest.json']) {
    const [run, copy] = await Promise.all(['second', 'copy'].map((name) => readFile(at(`${name}/${file}`), 'utf8')));
    t.match(run, JSON.stringify(at('first')), file);
    t.notMatch(copy, folder, file);
  }
  const { events, error } = await trainTiny({ runFolder: at('copy'), steps: 2, resume: true, config: {} });
  t.equal(error, undefined);
  const { losses } = events.find((event) => event.type === 'step')!;
  t.ok(losses.generatorA! > 0, 'nor does it warm up networks that needed no warm-up');
});

t.test('what is not a run, has no checkpoint or is there already is refused', async (t) => {
  const folder = t.testdir();
  const at = (name: string) => path.join(folder, name);
  await mkdir(at('empty'));
  await t.rejects(exportRun(at('empty'), at('out')), { name: 'UserError', message: /empty is not a run/ });
  await createRun(at('run'), tinyConfig());
  await t.rejects(exportRun(at('run'), at('out')), { name: 'UserError', message: /has no checkpoint yet/ });
  const files = { 'model.safetensors': new Map([['generatorAToB.w', { shape: [1], data: Float32Array.of(1) }]]) };
  await createTrainedRun(at('whole'), tinyConfig(), 1, { files, manifest: {} });
  for (const output of ['run', 'whole']) {
    await t.rejects(exportRun(at('whole'), at(output)), {
      name: 'UsageError',
      message: /(run|whole) is already a run/,
    });
  }
  t.notOk((await readdir(folder)).includes('out'), 'nothing is written');
});
