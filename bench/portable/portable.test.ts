import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeBackends } from '@instagan/core/backends';
import t from 'tap';
import { type Measurement, resultsTable } from './results-table.ts';

t.setTimeout(180_000);

const webgpu = (await describeBackends()).find(({ name }) => name === 'webgpu');

function run(command: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(command, [...args], { cwd, env, encoding: 'utf8' });
}

t.test(
  'the portable benchmark runs outside of the repository',
  {
    skip: webgpu?.opens ? false : (webgpu?.mend ?? 'there is no webgpu backend'),
  },
  async (t) => {
    const folder = path.join(t.testdir(), 'portable');
    const script = fileURLToPath(new URL('./build.js', import.meta.url));
    const built = run(process.execPath, [script, folder, '--scripts-only'], '.');
    t.equal(built.status, 0, 'it is built', { output: built.stderr });
    const dist = path.join(path.dirname(createRequire(import.meta.url).resolve('webgpu')), 'dist');
    symlinkSync(path.join(dist, `${process.platform}-${process.arch}`, 'dawn.node'), path.join(folder, 'dawn.node'));
    const line =
      '--settings small --size 32x32 --ngf 2 --blocks 1 --steps 1 --benchmarks translate --competitors webgpu';
    const result = run('sh', ['run.sh', ...line.split(' ')], folder);
    t.equal(result.status, 0, 'it runs', { output: result.stderr });
    const measurements = JSON.parse(
      readFileSync(path.join(folder, 'results', 'results.json'), 'utf8'),
    ) as Measurement[];
    t.match(measurements, [{ setting: 'small', benchmark: 'translate', competitor: 'webgpu', seconds: Number }]);
    t.ok(existsSync(path.join(folder, 'results', 'results.md')));
  },
);

t.test('the table has the ratios the right way round, and no figure for what failed', async (t) => {
  const common = { setting: 'paper', benchmark: 'step' } as const;
  const measured = { device: 'x', peakRssBytes: 1 };
  const table = resultsTable([
    { ...common, ...measured, competitor: 'webgpu', seconds: 2, dispatches: 1234, gpuBytes: 2 ** 30 },
    { ...common, ...measured, competitor: 'mixed', seconds: 1 },
    { ...common, ...measured, competitor: 'stock', seconds: 30 },
    { ...common, ...measured, competitor: 'pytorch', seconds: 4 },
    { setting: 'small', benchmark: 'step', competitor: 'webgpu', failure: 'took longer than 600 s' },
  ]);
  t.match(table, '| step paper | 2.00 | 1.00 | 30.0 | 4.00 | 0.50 | 0.25 | 15.00 | 1234 | 1024 | – |');
  t.match(table, '| step small | – | – | – | – | – | – | – | – | – | – |');
});
