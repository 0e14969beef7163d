import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawDataset } from '@instagan/datasets';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';
import { halvesIn, leaveHalf } from '../helpers/half-written.ts';

const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const TINY = { size: { height: 32, width: 32 }, ngf: 2, ndf: 2, blocks: 1, epochs: { constant: 0, decay: 1 } };
const LINE = 'compare --data set --plan plan.json --output out --seeds 3 --backend wasm --threads 1';
const compare = () => runCli(LINE.split(' '), cwd);
const plan = (common: object, translations: object = {}) =>
  writeFile(at('plan.json'), JSON.stringify({ common, cells: { paper: {} }, translations }));
const evaluations = () => readdir(at('out/paper-seed-3/evaluation'));

await drawDataset({ output: at('set'), count: 2, testCount: 2, seed: 1, height: 48, width: 48 });
await plan(TINY);

t.test('a plan is trained and scored once, and laid out', async (t) => {
  const files = ['table.md', 'scores.json', 'pictures-AtoB.png', 'pictures-BtoA.png'];
  for (const file of files) await leaveHalf(at('out', file));
  // As a training leaves it that was killed before its first checkpoint.
  await mkdir(at('out/paper-seed-3'));
  await writeFile(at('out/paper-seed-3/config.json'), JSON.stringify({ ...TINY, seed: 3 }));
  const first = await compare();
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, 'Done at step 2 of 2');
  t.match(first.stdout, /^paper, seed 3: training\npaper, seed 3: scoring\n\n +score .*\npaper +0\.\d{3} /);
  t.match(await readFile(at('out/table.md'), 'utf8'), /\n\| paper \| 0\.\d{3} \| \d+\.\d % \|/);
  t.same(await halvesIn(at('out')), []);
  for (const file of [...files, 'classifier-32x32.safetensors']) {
    t.ok((await stat(at('out', file))).size > 100, file);
  }

  await rm(at('out/table.md'));
  const again = await compare();
  t.equal(again.code, 0, again.stderr);
  t.notMatch(again.stdout, /training\n|scoring\n/);
  t.match(again.stdout, /\npaper +0\.\d{3} /, 'the table comes anew');
});

t.test('another translation of a trained cell is scored alone, beside what is there', async (t) => {
  const begun = await readFile(at('out/paper-seed-3/events.jsonl'), 'utf8');
  await plan(TINY, { 'one by one': { cell: 'paper', instancesPerChunk: 1 } });
  const { code, stdout, stderr } = await compare();
  t.equal(code, 0, stderr);
  t.match(stdout, /^one by one, seed 3: scoring\n\n +score .*\npaper +0\.\d{3} .*\none by one +0\.\d{3} /);
  t.equal(await readFile(at('out/paper-seed-3/events.jsonl'), 'utf8'), begun, 'nothing is trained');
  t.same(await evaluations(), ['test-step-00000002-instances-per-chunk-1.json', 'test-step-00000002.json']);
  const [paper, other] = JSON.parse(await readFile(at('out/scores.json'), 'utf8'));
  t.match([paper.cell, paper.scores.variant], ['paper', []]);
  t.match([other.cell, other.scores.variant], ['one by one', ['--instances-per-chunk 1']]);
  t.not(other.scores.score, paper.scores.score, 'they translate differently');
});

t.test('an evaluation that was made otherwise is not taken for the score of the comparison', async (t) => {
  const own = await callCli(
    'evaluate --run out/paper-seed-3 --data set --classifier-steps 2 --backend wasm --threads 1'.split(' '),
    cwd,
  );
  t.equal(own.code, 0, own.stderr);
  const { code, stdout, stderr } = await compare();
  t.equal(code, 0, stderr);
  t.match(stdout, /^paper, seed 3: scoring\n\n/, 'the classifier was that of the run');
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
