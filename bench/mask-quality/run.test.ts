import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawDataset } from '@instagan/datasets';
import t from 'tap';
import type { MaskQualityReport } from './report.ts';

const BENCH = ['../../scripts/start.js', './run.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url)));
const INSTAGAN = [fileURLToPath(new URL('../../packages/tui/bin/instagan.js', import.meta.url))];

function node(program: readonly string[], line: string, cwd: string) {
  return spawnSync(process.execPath, [...program, ...line.split(' ')], { cwd, encoding: 'utf8' });
}

t.test('true, jittered and predicted masks of a trained run come out as JSON, chart and table', async (t) => {
  const cwd = t.testdir();
  await drawDataset({ output: join(cwd, 'set'), count: 3, testCount: 2, height: 32, width: 32, seed: 1 });
  const small = '--size 32x32 --ngf 2 --ndf 2 --blocks 1 --steps 1 --sample-every 0';
  const trained = node(INSTAGAN, `train --data set --run tiny ${small} --backend wasm --threads 1 --ui plain`, cwd);
  t.equal(trained.status, 0, 'a run to measure', { output: trained.stderr });
  const measured = node(
    BENCH,
    '--data set --run tiny=tiny --predicted set/testB_seg --direction BtoA --size 32x32 --strengths 0.5,1 ' +
      '--classifier-steps 2 --output results/tiny',
    cwd,
  );
  t.equal(measured.status, 0, 'measured', { output: measured.stderr });
  const report = JSON.parse(readFileSync(join(cwd, 'results/tiny.json'), 'utf8')) as MaskQualityReport;
  t.equal(report.images, 2);
  t.same(
    report.results.map(({ run, step, kind, strength }) => [run, step, kind, strength]),
    [
      ['tiny', 1, 'true', null],
      ['tiny', 1, 'jittered', 0.5],
      ['tiny', 1, 'jittered', 1],
      ['tiny', 1, 'predicted', null],
    ],
  );
  const [perfect, weak, strong, predicted] = report.results;
  t.equal(perfect?.iou, 1);
  t.ok(perfect!.iou > weak!.iou && weak!.iou > strong!.iou, 'the masks get worse');
  t.equal(predicted?.iou, 1, 'these predictions were the true masks');
  t.same(predicted?.translated, perfect?.translated);
  t.equal(predicted?.drift.mean, 0);
  t.match(readFileSync(join(cwd, 'results/tiny.svg'), 'utf8'), /<svg[\s\S]*predicted masks/);
  t.equal(measured.stdout.match(/^\| .*\| tiny \|/gm)?.length, 4, measured.stdout);
});

t.test('what is wrong is told in one line, and nothing is written', async (t) => {
  const cwd = t.testdir();
  const wrong = node(BENCH, '--data set --run tiny --output out', cwd);
  t.equal(wrong.status, 2);
  t.match(wrong.stderr, /^bench: --run tiny is no NAME=RUN\.\n$/);
  const failed = node(BENCH, '--data set --run tiny=tiny --output out', cwd);
  t.equal(failed.status, 1);
  t.match(failed.stderr, /^bench: There is no run tiny: .*\n$/, 'the run that is missing, before anything is trained');
  t.notOk(existsSync(join(cwd, 'out.json')));
});
