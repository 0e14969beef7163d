import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseTrainingConfig } from '@instagan/core';
import t from 'tap';
import { PLANS } from '../options/comparison-plans.ts';
import { type EvaluationReport, evaluationFile } from '../report/saved-evaluations.ts';
import { supervise } from './child-exit.ts';
import { openPlan, runsOf, translationsOf } from './comparison-plan.ts';
import { tableLines, tableMarkdown } from './comparison-table.ts';
import { variantOf } from './evaluation-variant.ts';

t.test('every cell of a named plan is a training of its own', async (t) => {
  for (const name of Object.keys(PLANS)) {
    const plan = await openPlan(name);
    const runs = runsOf(plan, {}, [1, 2]);
    t.equal(runs.length, 2 * Object.keys(plan.cells).length);
    t.equal(new Set(runs.map(({ config }) => JSON.stringify(config))).size, runs.length, `${name}: all differ`);
    t.ok(
      runs.every(({ folder }) => /^[a-z0-9-]+-seed-[12]$/.test(folder)),
      `${name}: ${runs.map(({ folder }) => folder)}`,
    );
  }
});

t.test("a cell's settings go before the common ones, and those before the plan's", async (t) => {
  const file = `${t.testdir({ 'plan.json': '{"common":{"ngf":4,"ndf":4,"blocks":2},"cells":{"Wide one!":{"ngf":8}}}' })}/plan.json`;
  const [run] = runsOf(await openPlan(file), { ndf: 6, ngf: 6 }, [7]);
  t.match(run, {
    cell: 'Wide one!',
    seed: 7,
    folder: 'wide-one-seed-7',
    config: { ngf: 8, ndf: 6, blocks: 2, seed: 7 },
  });
});

t.test('what the model of a cell fixes is dropped of common settings alone, and never in all cells', async (t) => {
  const ladder = await openPlan('ladder');
  const instances = runsOf(ladder, {}, [1]).map(({ config }) => config.maxInstances);
  t.same(instances, [1, 1, 4, 4, 4], 'common to all, and dropped by CycleGAN');
  for (const [common, cells, ofAll, message] of [
    [
      { model: 'cyclegan' },
      { a: {}, b: { weights: { context: 9 } } },
      {},
      'The cell "b": weights.context 9 is fixed at 0 by the model cyclegan: leave it out, or choose another model.',
    ],
    [
      {},
      { a: { model: 'cyclegan' }, b: { model: 'cyclegan-seg' } },
      { maxInstances: 4 },
      'All cells: maxInstances 4 is fixed at 1 by the model cyclegan: leave it out, or choose another model.',
    ],
  ] as const) {
    t.throws(() => runsOf({ common, cells }, ofAll, [1, 2]), { name: 'UsageError', message });
  }
  runsOf({ cells: { a: { model: 'cyclegan', maxInstances: 1 } } }, {}, [1]);
});

t.test('a plan that cannot be trained is refused in a sentence', async (t) => {
  const folder = t.testdir({
    torn: '{"cells"',
    empty: '{"cells":{}}',
    other: '{"cells":{"a":1}}',
    more: '{"cells":{"a":{}},"seeds":1}',
  });
  await t.rejects(openPlan('tables'), { message: 'There is no plan tables: give ladder, recipe or a JSON file.' });
  await t.rejects(openPlan(`${folder}/torn`), { message: /torn is not JSON \(.*\): correct it\.$/ });
  for (const name of ['empty', 'other', 'more']) {
    await t.rejects(
      openPlan(`${folder}/${name}`),
      { message: /must hold the settings of each training, by name/ },
      name,
    );
  }
  for (const [translations, name] of [
    ['{"b":1}', 'no fields'],
    ['{"b":{"cell":"a"}}', 'no number'],
    ['{"b":{"cell":"a","instancesPerChunk":0}}', 'zero'],
    ['{"b":{"cell":"a","instancesPerChunk":2,"seed":1}}', 'another setting'],
  ]) {
    const file = `${folder}/translations`;
    writeFileSync(file, `{"cells":{"a":{}},"translations":${translations}}`);
    await t.rejects(
      openPlan(file),
      { message: /^The translations of \S+translations must name a cell and a number each, such as / },
      name,
    );
  }
  t.throws(() => runsOf({ cells: { a: { ngff: 3 } } }, {}, [1]), { message: /The cell "a".*ngff/ });
  t.throws(() => runsOf({ cells: { 'a b': {}, 'A-B': {} } }, {}, [1]), { message: /nearly the same name/ });
});

t.test('a row of another translation shares the trainings of its cell', async (t) => {
  const cells = { a: {}, b: { model: 'cyclegan-seg' } };
  const runs = runsOf({ cells }, {}, [1, 2]);
  const of = (name: string, cell: string) => ({ cells, translations: { [name]: { cell, instancesPerChunk: 1 } } });
  t.same(
    translationsOf(of('one by one', 'a'), runs).map(({ name, training, instancesPerChunk }) => [
      name,
      training.folder,
      instancesPerChunk,
    ]),
    [
      ['a', 'a-seed-1', undefined],
      ['a', 'a-seed-2', undefined],
      ['b', 'b-seed-1', undefined],
      ['b', 'b-seed-2', undefined],
      ['one by one', 'a-seed-1', 1],
      ['one by one', 'a-seed-2', 1],
    ],
  );
  t.throws(() => translationsOf(of('one by one', 'c'), runs), {
    message: /is of the cell "c", which the plan does not/,
  });
  t.throws(() => translationsOf(of('a', 'a'), runs), { message: '"a" is a cell and a translation: rename one.' });
  t.throws(() => translationsOf(of('one by one', 'b'), runs), { message: /is of a cyclegan-seg, which does not tell/ });
});

t.test("the ladder has the paper's figure 10: both ways to train by both ways to translate", async (t) => {
  const plan = await openPlan('ladder');
  const rows = translationsOf(plan, runsOf(plan, {}, [1])).filter(({ name }) => !/Cycle|without/.test(name));
  t.same(
    rows.map(({ training: { config }, instancesPerChunk }) => [
      config.instancesPerChunk,
      instancesPerChunk ?? config.instancesPerChunk,
    ]),
    [
      [4, 4],
      [2, 2],
      [4, 2],
      [2, 4],
    ],
  );
  t.ok(
    rows.every(({ training }) => training.config.maxInstances === 4),
    'on as many instances',
  );
});

t.test('an evaluation tells by which options it differs from the score of the run', (t) => {
  const config = parseTrainingConfig({ size: { height: 64, width: 32 }, instancesPerChunk: 2 }, 'test');
  t.same(variantOf(config, {}), []);
  const usual = {
    size: { height: 64, width: 32 },
    region: 'image',
    background: 'translated',
    maxInstances: 20,
  } as const;
  t.same(variantOf(config, { ...usual, instancesPerChunk: 2, direction: 'both' }), []);
  t.same(variantOf(config, { ...usual, instancesPerChunk: 4 }), ['--instances-per-chunk 4']);
  t.same(
    variantOf(config, {
      ...{ size: 'keep', region: 'auto', background: 'fill', rimPx: 0, maxInstances: 3 },
      ...{ instancesPerChunk: 1, images: 5, direction: 'AtoB' },
    }),
    [
      ...['--size keep', '--region auto', '--background fill', '--rim 0', '--max-instances 3'],
      ...['--instances-per-chunk 1', '--images 5', '--direction AtoB'],
    ],
  );
  const file = evaluationFile('run', { split: 'test', step: 7, variant: ['--size keep', '--instances-per-chunk 1'] });
  t.equal(file, path.join('run', 'evaluation', 'test-step-00000007-size-keep-instances-per-chunk-1.json'));
  t.end();
});

t.test('a table has the mean of the seeds and each of them', (t) => {
  const estimate = (value: number) => ({ value, low: value, high: value });
  const scoresOf = (share: number) =>
    ({
      score: share,
      AtoB: { masked: { objects: estimate(share) }, masks: null, background: { ssim: estimate(1) } },
      BtoA: { masked: { objects: estimate(share / 2) }, masks: null, background: { ssim: estimate(0.5) } },
    }) as unknown as EvaluationReport;
  const runs = [0.5, 0.7].map((share, i) => ({ cell: 'one', seed: i + 1, scores: scoresOf(share) }));
  t.equal(
    tableMarkdown(runs).split('\n').at(-1),
    '| one | 0.600 (0.500, 0.700) | 60.0 % (50.0 %, 70.0 %) | 30.0 % (25.0 %, 35.0 %) |  |  |  | 0.750 (0.750, 0.750) |',
  );
  t.match(tableLines(runs.slice(1)), [/^ +score +A taken for B/, /^one +0\.700 +70\.0 % +35\.0 %/]);
  t.end();
});

t.test(
  'a training does not outlive the comparison that is asked to end',
  { skip: process.platform === 'win32' },
  async (t) => {
    const program = "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log('ready')";
    const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const supervised = supervise(child);
    await once(child.stdout, 'data');
    process.kill(process.pid, 'SIGTERM');
    t.equal(await supervised, 128 + 15, 'the comparison does not go on with the next one');
    t.equal(child.exitCode, 7, 'the training was told, and ended by itself');
    t.equal(await supervise(spawn(process.execPath, ['--eval', 'process.exit(3)'])), 3);
  },
);
