import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import { readNewestCheckpoint } from '../../checkpoint/checkpoint-reader.ts';
import { AVERAGES_FILE, MODEL_FILE, OPTIMIZER_FILE, POOLS_FILE } from '../../checkpoint/model-files.ts';
import { directRunner, type Program } from '../../programs/program.ts';
import {
  memoryData,
  tinyConfig,
  tinySample,
  trainTiny,
  variedPair,
} from '../../training/test-support/tiny-training.ts';
import { translationModel } from '../translation-models.ts';
import { disposeSamples, uploadSamples } from './device-samples.ts';
import { trainStep } from './train-step.ts';
import { disposeTrainingState, initialTrainingState } from './training-state.ts';

const backend = await openBackend('wasm', { threads: 1 });
t.teardown(() => backend.close());

/** The names of the losses of each step. */
function lossesByStep(events: Awaited<ReturnType<typeof trainTiny>>['events']): string[] {
  return events.flatMap((event) => (event.type === 'step' ? [Object.keys(event.losses).sort().join(' ')] : []));
}

const IDENTITIES = 'identityA identityB';
const ALL = 'contextA contextB cycleA cycleB discriminatorA discriminatorB generatorA generatorB identityA identityB';

t.test('a warm-up ends at its step, and counts among the steps of the run', async (t) => {
  const config = tinyConfig({ warmUp: 2, poolSize: 2 });
  const { events, error } = await trainTiny({ runFolder: path.join(t.testdir(), 'run'), steps: 4, config });
  t.equal(error, undefined);
  t.same(lossesByStep(events), [IDENTITIES, IDENTITIES, ALL, ALL]);
  t.match(events.at(-1), { type: 'run-finished', step: 4, reason: 'completed' });
});

t.test('a run that is resumed within its warm-up, at its end or after it is the unbroken one', async (t) => {
  const folder = t.testdir();
  const train = async (run: string, steps: number) => {
    const runFolder = path.join(folder, run);
    const isResumed = (await readNewestCheckpoint(runFolder).catch(() => null))?.checkpoint != null;
    const config = isResumed ? {} : tinyConfig({ warmUp: 3, ema: 0.5 });
    const { error } = await trainTiny({ runFolder, steps, resume: isResumed, config });
    t.equal(error, undefined, `${run} trains to step ${steps}`);
    const { checkpoint } = await readNewestCheckpoint(runFolder);
    return checkpoint!;
  };
  const whole = await train('whole', 5);
  for (const middle of [1, 3, 4]) {
    const run = `parts-${middle}`;
    const { files, state } = await train(run, middle);
    const { discriminatorA, generatorAToB } = state.updates as Record<string, number>;
    if (middle <= 3) {
      t.equal(files[POOLS_FILE]?.size, 0, 'nothing is translated before the warm-up is over');
      t.equal(discriminatorA, 0, 'and the discriminators have not learned');
      t.ok(generatorAToB! >= middle);
    }
    const parts = await train(run, 5);
    for (const file of [MODEL_FILE, AVERAGES_FILE, OPTIMIZER_FILE, POOLS_FILE]) {
      t.same(parts.files[file], whole.files[file], `${file}, stopped after step ${middle}`);
    }
    t.same(parts.state.updates, whole.state.updates);
  }
});

t.test('networks of another run need no warm-up', async (t) => {
  const [first, second] = ['first', 'second'].map((name) => path.join(t.testdirName, name)) as [string, string];
  t.testdir();
  await trainTiny({ runFolder: first, steps: 1 });
  const { events } = await trainTiny({ runFolder: second, steps: 1, config: tinyConfig({ init: first, warmUp: 5 }) });
  t.same(lossesByStep(events), [ALL]);
});

t.test('a generator whose target domain sits out a chunk of the warm-up is left as it is', async (t) => {
  const config = tinyConfig({ instancesPerChunk: 1, ema: 0.5 });
  const model = translationModel(config);
  const before = tf.memory().numTensors;
  for (const joinCalls of [false, true]) {
    const state = initialTrainingState(model, 1, 2, { hasAverages: true });
    const [a, b] = [uploadSamples([tinySample('a', 2)]), uploadSamples([tinySample('b', 1)])];
    const learningRate = { generator: 1e-3, discriminator: 1e-3 };
    const hold = () => [...state.generatorAToB.parameters.values()];
    const seen: { readonly held: readonly tf.Tensor[]; readonly names: readonly string[] }[] = [];
    const settings = { config, learningRate, isWarmUp: true, joinCalls, poolRng: { uniform: t.fail } as never };
    for (const { measurements } of trainStep(state, model, a, b, settings)) {
      seen.push({ held: hold(), names: [...measurements.keys()] });
      tf.dispose([...measurements.values()]);
    }
    t.same(
      seen.map(({ names }) => names),
      [['identityA', 'identityB'], ['identityA']],
    );
    t.same([state.generatorAToB.step, state.generatorBToA.step], [1, 2], 'updates');
    t.ok(
      hold().every((tensor, i) => tensor === seen[0]!.held[i]),
      'no weight was replaced in the second chunk',
    );
    disposeTrainingState(state);
    disposeSamples([...a, ...b]);
  }
  t.equal(tf.memory().numTensors, before, 'nothing is left');
});

t.test('no step of a warm-up is another program, and neither is the first step after it', async (t) => {
  const keys: Set<string>[] = [];
  const programs = {
    run(program: Program) {
      keys.at(-1)?.add(program.key);
      return directRunner.run(program);
    },
  };
  const folder = t.testdir();
  for (const gpu of [false, true]) {
    keys.length = 0;
    const openData = async () =>
      memoryData((step) => {
        keys.push(new Set());
        return variedPair(3 * step);
      });
    const { error } = await trainTiny({
      ...{ runFolder: path.join(folder, String(gpu)), steps: 6, openData },
      config: tinyConfig({ warmUp: 3, maxInstances: 1 }),
      backend: { name: 'test', device: 'test', gpu, programs },
    });
    t.equal(error, undefined);
    const sorted = keys.map((own) => [...own].sort());
    t.ok(sorted[0]!.length > 0 && sorted[3]!.length > 0);
    t.same([sorted[1], sorted[2]], [sorted[0], sorted[0]], 'those of the warm-up');
    t.same([sorted[4], sorted[5]], [sorted[3], sorted[3]], 'and those after it');
  }
});
