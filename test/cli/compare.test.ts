import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawDataset } from '@instagan/datasets';
import t from 'tap';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';

const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const TINY = { size: { height: 32, width: 32 }, ngf: 2, ndf: 2, blocks: 1, epochs: { constant: 0, decay: 1 } };
const LINE = 'compare --data set --plan plan.json --output out --seeds 3 --backend wasm --threads 1';
const compare = () => runCli(LINE.split(' '), cwd);
const plan = (common: object) => writeFile(at('plan.json'), JSON.stringify({ common, cells: { paper: {} } }));

await drawDataset({ output: at('set'), count: 2, testCount: 2, seed: 1, height: 48, width: 48 });
await plan(TINY);

t.test('a plan is trained and scored once, and laid out', async (t) => {
  const first = await compare();
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, 'Done at step 2 of 2');
  t.match(first.stdout, /^paper, seed 3: training\npaper, seed 3: scoring\n\n +score .*\npaper +0\.\d{3} /);
  t.match(await readFile(at('out/table.md'), 'utf8'), /\n\| paper \| 0\.\d{3} \| \d+\.\d % \|/);
  for (const file of ['scores.json', 'pictures-AtoB.png', 'pictures-BtoA.png', 'classifier-32x32.safetensors']) {
    t.ok((await stat(at('out', file))).size > 100, file);
  }

  await rm(at('out/table.md'));
  const again = await compare();
  t.equal(again.code, 0, again.stderr);
  t.notMatch(again.stdout, /training\n|scoring\n/);
  t.match(again.stdout, /\npaper +0\.\d{3} /, 'the table comes anew');
});

t.test('runs of another plan are not taken for those of this one', async (t) => {
  await plan({ ...TINY, ngf: 3 });
  const { code, stderr } = await compare();
  t.equal(code, 2);
  t.match(
    stderr,
    /^instagan: out\/paper-seed-3 was trained with other settings \(ngf 2 \(3\)\): choose another --output/,
  );
});
