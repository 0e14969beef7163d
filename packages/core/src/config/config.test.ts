import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { UsageError, UserError } from '../errors.ts';
import { PRESETS } from '../models/instagan/settings.ts';
import { parseTrainingConfig, translationConfigs } from '../models/training-config.ts';
import { CONFIG_FILE, createRun, createTrainedRun, makeRunFolder, readRunConfig, resumedConfig } from './run-config.ts';

/** The message of the error that parsing throws. */
function faultOf(input: unknown): string {
  try {
    parseTrainingConfig(input, 'my.json');
    return '';
  } catch (error) {
    return error instanceof UsageError ? error.message : `not a UsageError: ${error}`;
  }
}

t.test('an empty configuration is the paper', async (t) => {
  const config = parseTrainingConfig({}, 'nothing');
  t.match(config, {
    model: 'instagan',
    size: { height: 200, width: 200 },
    ngf: 64,
    discriminatorLayers: 3,
    blocks: 9,
    upsampling: 'transposed',
    maxInstances: 4,
    maskJitter: 0,
    instancesPerChunk: 2,
    learningRate: { generator: 2e-4, discriminator: 1e-4 },
    adam: { beta1: 0.5, beta2: 0.999 },
    weights: { cycle: 10, identity: 10, context: 10, consistency: 0, featureMatching: 0, objectDiscriminator: 0 },
    poolSize: 50,
    epochs: { constant: 100, decay: 100 },
  });
  t.ok(Object.isFrozen(config));
});

t.test('every preset is valid and keeps what it sets', async (t) => {
  for (const [name, { settings }] of Object.entries(PRESETS)) {
    t.match(parseTrainingConfig(settings, name), settings, name);
  }
});

t.test('a part of a group leaves the rest of the group at its defaults', async (t) => {
  const config = parseTrainingConfig({ learningRate: { generator: 1e-3 }, weights: { cycle: 5 }, epochs: {} }, 'x');
  t.same(config.learningRate, { generator: 1e-3, discriminator: 1e-4 });
  t.same(config.weights, {
    ...{ cycle: 5, identity: 10, context: 10 },
    ...{ consistency: 0, featureMatching: 0, objectDiscriminator: 0 },
  });
  t.same(config.epochs, { constant: 100, decay: 100 });
});

t.test('every fault is named with its field and the file: a typo must not train for days', async (t) => {
  for (const [input, message] of [
    [{ size: { height: 30, width: 64 } }, /^my\.json: size\.height: /],
    [{ size: { height: 64 } }, /size\.width: /],
    [{ size: { height: 66, width: 64 } }, /size\.height: .*multiple of 4/],
    [{ warmUp: 8, weights: { identity: 0 } }, /warmUp: .*so weights\.identity must be above 0/],
    [{ ngf: 0 }, /^my\.json: ngf: /],
    [{ ngf: 2.5 }, /ngf: .*int/],
    [{ blocks: '9' }, /blocks: .*number/],
    [{ upsampling: 'bilinear' }, /upsampling: .*"transposed".*"nearest"/],
    [{ model: 'instgan' }, /model: .*"instagan".*"cyclegan".*"cyclegan-seg"/],
    [{ learningrate: {} }, /learningrate/],
    [{ weights: { cycles: 1 } }, /weights: .*cycles/],
    [{ weights: { cycle: -1 } }, /weights\.cycle: /],
    [{ learningRate: { generator: Number.NaN } }, /learningRate\.generator: /],
    [{ epochs: { constant: -1 } }, /epochs\.constant: /],
    [[], /^my\.json: configuration: .*object/],
    [null, /configuration: .*object/],
  ] as const) {
    t.match(faultOf(input), message, JSON.stringify(input));
  }
  t.match(faultOf({ ngf: 0, seed: -1 }), /ngf: .*; seed: /, 'all faults at once');
  for (const [discriminatorLayers, least] of [
    [3, 32],
    [4, 48],
    [5, 96],
  ] as const) {
    const size = { height: 96, width: least };
    t.equal(faultOf({ size, discriminatorLayers }), '', `${least} pixels are enough for ${discriminatorLayers} layers`);
    if (least === 32) continue;
    const fault = `my.json: size: with ${discriminatorLayers} discriminator layers height and width must be at least ${least}, not 96x${least - 4}.`;
    t.equal(faultOf({ size: { ...size, width: least - 4 }, discriminatorLayers }), fault);
  }
});

t.test('baselines know one mask and no context, whatever was asked for', async (t) => {
  for (const model of ['cyclegan', 'cyclegan-seg']) {
    const config = parseTrainingConfig({ model, maxInstances: 8, instancesPerChunk: 4 }, 'x');
    t.match(config, { maxInstances: 1, instancesPerChunk: 1, weights: { cycle: 10, identity: 10, context: 0 } });
    t.ok(Object.isFrozen(config));
  }
});

t.test('a run keeps its configuration, and says what is not a run', async (t) => {
  const folder = path.join(t.testdir(), 'run');
  const config = parseTrainingConfig({ ngf: 8, weights: { cycle: 3 } }, 'x');
  await createRun(folder, config);
  t.same(await readRunConfig(translationConfigs, folder), config);
  await t.rejects(createRun(folder, config), { name: 'UsageError', message: /is already a run: add --resume/ });
  await t.rejects(readRunConfig(translationConfigs, path.dirname(folder)), {
    name: 'UserError',
    message: /is not a run \(it has no config\.json\)/,
  });
  const file = path.join(folder, CONFIG_FILE);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.slice(0, 40));
  await t.rejects(readRunConfig(translationConfigs, folder), {
    name: 'UserError',
    message: /config\.json is not JSON: restore it/,
  });
  if (process.platform !== 'win32') {
    await rm(file);
    execFileSync('mkfifo', [file]);
    await t.rejects(readRunConfig(translationConfigs, folder), { message: /is not JSON/ }, 'a named pipe stops nobody');
    await rm(file);
  }
  await writeFile(file, text.replace('"ngf": 8', '"ngf": "8"'));
  await t.rejects(readRunConfig(translationConfigs, folder), { message: /config\.json: ngf: / });
  await writeFile(file, text.replace('"instagan"', '"pix2pix"'));
  await t.rejects(readRunConfig(translationConfigs, folder), {
    name: 'UserError',
    message: /is a run of the model pix2pix, not of a translation model: give a run of `instagan train`/,
  });
});

t.test(
  'of weights comes a whole run or none, and what was killed or failed on the way can be done again',
  async (t) => {
    const config = parseTrainingConfig({ ngf: 8 }, 'x');
    const weights = new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]);
    const create = (folder: string, step = 3) =>
      createTrainedRun(folder, config, step, { files: { 'model.safetensors': weights }, manifest: {} });
    const files = async (folder: string) => (await readdir(folder, { recursive: true })).sort();
    const [folder, whole] = ['new', 'whole'].map((name) => path.join(t.testdir(), name)) as [string, string];
    t.equal(await create(whole), path.join(whole, 'checkpoints', 'step-00000003'));
    t.same(await readRunConfig(translationConfigs, whole), config);
    await t.rejects(create(whole), { name: 'UsageError', message: /whole is already a run: choose another folder/ });

    // As a kill leaves it after the last file but the name of config.json, and before.
    for (const checkpoint of ['step-00000009', '.step-00000009.partial']) {
      await mkdir(path.join(folder, 'checkpoints', checkpoint), { recursive: true });
      await writeFile(path.join(folder, '.config.json.unfinished'), '{}');
      await create(folder);
      t.same(await files(folder), await files(whole), checkpoint);
      await rm(folder, { recursive: true });
    }

    await mkdir(folder);
    await writeFile(path.join(folder, 'checkpoints'), 'in the way');
    await t.rejects(create(folder));
    t.same(await files(folder), ['checkpoints'], 'what fails leaves nothing');
  },
);

t.test('checkpoints without their configuration are no part of a new run', async (t) => {
  const folder = t.testdir({ checkpoints: { 'step-00000009': { 'manifest.json': '{}' } } });
  const config = parseTrainingConfig({}, 'x');
  const fault = { name: 'UsageError', message: /is no run \(it has no config\.json\), but holds checkpoints: choose/ };
  await t.rejects(makeRunFolder(folder), fault);
  await t.rejects(createTrainedRun(folder, config, 1, { files: {}, manifest: {} }), fault);
  t.same(await readdir(path.join(folder, 'checkpoints')), ['step-00000009']);
});

t.test('a resume may change how training goes on, and nothing that was trained', async (t) => {
  const own = parseTrainingConfig({ ngf: 8, seed: 3 }, 'x');
  const changes = { checkpointEvery: 10, epochs: { constant: 1, decay: 1 } };
  t.same(resumedConfig(translationConfigs, own, changes), { ...own, ...changes });
  t.same(
    resumedConfig(translationConfigs, own, { ngf: 8, size: { height: 200, width: 200 } }),
    own,
    'saying the same again is no change',
  );
  for (const [change, message] of [
    [{ ngf: 16 }, 'The run was started with ngf 8 and cannot go on with 16: leave it out, or start another run.'],
    [{ size: { height: 64, width: 32 } }, /size 200x200 and cannot go on with 64x32/],
    [{ model: 'cyclegan' }, /model "instagan" and cannot go on with "cyclegan"/],
    [{ seed: 4 }, /seed 3/],
    [{ batch: 2 }, /batch 1/],
  ] as const) {
    t.throws(() => resumedConfig(translationConfigs, own, change), { name: 'UsageError', message });
  }
  t.ok(new UsageError('x') instanceof UserError);
});
