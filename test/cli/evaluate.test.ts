import { cp, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawDataset } from '@instagan/datasets';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';
import { halvesIn, leaveHalf } from '../helpers/half-written.ts';

const RUN = fileURLToPath(new URL('../fixtures/old-run/run', import.meta.url));
const cwd = await temporaryFolder(t);
const at = (...parts: string[]) => path.join(cwd, ...parts);
const run = (line: string) => callCli(line.split(' '), cwd);

await cp(RUN, at('run'), { recursive: true });
await drawDataset({ output: at('set'), count: 3, testCount: 2, seed: 1, height: 64, width: 64 });

t.test('a run is scored both ways, as JSON and as a table, and the classifier is kept', async (t) => {
  const line = 'evaluate --run run --data set --backend wasm --threads 1 --classifier-steps 3 --size 64x64';
  await leaveHalf(at('run/evaluation/test-step-00000003-size-64x64.json'));
  const first = await runCli(`${line} --json`.split(' '), cwd);
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, /Training the classifier of A and B on \d and \d images; it is kept in run\/evaluation/);
  const report = JSON.parse(first.stdout);
  t.match(report, { run: 'run', step: 3, split: 'test', size: { height: 64, width: 64 } });
  t.ok(report.score >= 0 && report.score <= 1, `score ${report.score}`);
  for (const direction of ['AtoB', 'BtoA']) {
    const { objects, plain, masked, masks, background } = report[direction];
    t.ok(objects > 0, `${direction} has objects`);
    for (const share of [plain.objects, masked.images, masks.kept, masks.grey]) {
      t.ok(
        share.low <= share.value && share.value <= share.high && share.low >= 0 && share.high <= 1,
        JSON.stringify(share),
      );
    }
    t.ok(background.ssim.value < 1 && background.psnr.value < 60, 'an untrained model changes the background');
  }
  t.match(report.variant, ['--size 64x64']);
  t.same(JSON.parse(await readFile(at('run/evaluation/test-step-00000003-size-64x64.json'), 'utf8')), report);
  t.same(await halvesIn(at('run/evaluation')), []);

  const { mtimeMs } = await stat(at('run/evaluation/classifier.safetensors'));
  const second = await run(`${line} --direction BtoA`);
  t.equal(second.code, 0, second.stderr);
  t.notMatch(second.stderr, /Training the classifier/);
  t.equal((await stat(at('run/evaluation/classifier.safetensors'))).mtimeMs, mtimeMs);
  t.match(
    second.stdout,
    /^run at step 3 on set\/test --size 64x64 --direction BtoA\nclassifier: right about [\d.]+ % of \d+ held-out objects/,
  );
  t.match(second.stdout, /\nB to A: 2 images, \d+ objects? +translated \(95 % interval\) +real A +real B\n/);
  t.match(second.stdout, /\nobjects alone taken for A +[\d.]+ % \([\d.]+ % to [\d.]+ %\) +[\d.]+ % +[\d.]+ %\n/);
  t.notMatch(second.stdout, 'A to B');

  const third = await run(`${line} --instances-per-chunk 1`);
  t.equal(third.code, 0, third.stderr);
  const file = 'run/evaluation/test-step-00000003-size-64x64-instances-per-chunk-1.json';
  t.match(third.stdout, `\nSaved: ${file}\n`);
  const other = JSON.parse(await readFile(at(file), 'utf8'));
  t.match(report, { instancesPerChunk: 2, maxInstances: 20 });
  t.match(other, { variant: ['--size 64x64', '--instances-per-chunk 1'], instancesPerChunk: 1 });
  t.notSame(other.AtoB.kid, report.AtoB.kid, 'it is translated otherwise');
});

t.test('what cannot be scored is said in a sentence', async (t) => {
  await cp(at('run'), at('baseline'), { recursive: true });
  const config = JSON.parse(await readFile(at('baseline/config.json'), 'utf8'));
  await writeFile(at('baseline/config.json'), JSON.stringify({ ...config, model: 'cyclegan-seg' }));
  const [unscored, data, none, baseline] = await Promise.all([
    run('evaluate --run run --data set --checkpoint best --backend wasm --threads 1'),
    run('evaluate --run run --data run'),
    run('evaluate --run run --data set --instances-per-chunk 0'),
    run('evaluate --run baseline --data set --instances-per-chunk 1'),
  ]);
  t.equal(none?.code, 2);
  t.match(none?.stderr, /'--instances-per-chunk <N>' argument '0' is invalid/);
  t.equal(baseline?.code, 2);
  t.match(
    baseline?.stderr,
    /^instagan: baseline is a cyclegan-seg, which does not tell instances apart: leave --instances-per-chunk out\.$/m,
  );
  t.equal(unscored?.code, 1);
  t.match(
    unscored?.stderr,
    /^instagan: run has no best checkpoint, because none was scored during training: use the last/,
  );
  t.match(data?.stderr, /^instagan: run\/testA has no image with masks in run\/testA_seg: add some/);
});

t.test('a training scores itself, keeps its best checkpoint and its classifier', async (t) => {
  const settings = '--size 64x64 --ngf 2 --ndf 2 --blocks 1 --backend wasm --threads 1 --ui plain';
  const { code, stdout, stderr } = await run(
    `train --data set --run scored --steps 2 ${settings} --evaluate-every 1 --keep-checkpoints 1`,
  );
  t.equal(code, 0, stderr);
  t.equal(stdout.match(/\nvalidation +score 0\.\d+ {2}plainAtoB [01]\.\d+ {2}maskedAtoB /g)?.length, 2, stdout);
  t.match(stderr, /kept in scored\/evaluation\/classifier\.safetensors/);
  const { step, score } = JSON.parse(await readFile(at('scored/checkpoints/best.json'), 'utf8'));
  t.match(stdout, `score ${score.toFixed(3)} `);
  t.ok((await stat(at('scored/checkpoints', `step-0000000${step}`))).isDirectory());
});
