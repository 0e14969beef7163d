import t from 'tap';
import { PLANS } from '../options/comparison-plans.ts';
import type { EvaluationReport } from '../report/saved-evaluations.ts';
import { openPlan, runsOf } from './comparison-plan.ts';
import { tableLines, tableMarkdown } from './comparison-table.ts';

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
  t.throws(() => runsOf({ cells: { a: { ngff: 3 } } }, {}, [1]), { message: /The cell "a".*ngff/ });
  t.throws(() => runsOf({ cells: { 'a b': {}, 'A-B': {} } }, {}, [1]), { message: /nearly the same name/ });
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
