import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeBackends } from '@instagan/core/backends';
import t from 'tap';
import type { Verified } from '../measure/verify.ts';
import type { Results } from './results.ts';
import { resultsTable } from './results-table.ts';

t.setTimeout(180_000);

const webgpu = (await describeBackends()).find(({ name }) => name === 'webgpu');

function run(command: string, args: readonly string[], cwd: string) {
  return spawnSync(command, [...args], { cwd, encoding: 'utf8' });
}

t.test(
  'the portable benchmark runs outside of the repository',
  {
    skip: webgpu?.opens ? false : (webgpu?.fix ?? 'there is no webgpu backend'),
  },
  async (t) => {
    const folder = path.join(t.testdir(), 'portable');
    const script = fileURLToPath(new URL('./build.js', import.meta.url));
    const built = run(process.execPath, [script, folder, '--scripts-only', '--images', '2'], '.');
    t.equal(built.status, 0, 'it is built', { output: built.stderr });
    const dist = path.join(path.dirname(createRequire(import.meta.url).resolve('webgpu')), 'dist');
    symlinkSync(path.join(dist, `${process.platform}-${process.arch}`, 'dawn.node'), path.join(folder, 'dawn.node'));
    const small = '--minutes 3 --settings small --size 32x32 --ngf 2 --blocks 1 --steps 1';
    const line = `${small} --parts backends,verify,times --benchmarks translate --competitors full`;
    const result = run('sh', ['run.sh', ...line.split(' ')], folder);
    t.equal(result.status, 0, 'it runs', { output: result.stderr });
    const results = JSON.parse(readFileSync(path.join(folder, 'results', 'results.json'), 'utf8')) as Results;
    t.match(results.backends, [
      { name: 'webgpu', opens: true },
      { name: 'wasm', opens: true },
    ]);
    t.match(results.measurements, [{ setting: 'small', benchmark: 'translate', competitor: 'full', seconds: Number }]);
    const { full, mixed } = results.verified as Record<string, Verified>;
    t.ok(full && full.translation < 1e-4, 'the same as on wasm');
    t.ok(mixed && mixed.translation < 1e-2, 'in half precision nearly so');
    t.match(readFileSync(path.join(folder, 'results', 'results.md'), 'utf8'), '| translate small | ');
    const command = run(process.execPath, [path.join('code', 'instagan.js'), 'dataset', 'check', 'meadow'], folder);
    t.equal(command.status, 0, 'the command runs, and the set is there', { output: command.stderr });
    const refused = run('sh', ['run.sh', '--parts', 'nonsense'], folder);
    t.equal(refused.status, 2);
    t.match(refused.stderr, /^bench: --parts is one of backends, compile, .*, not "nonsense"\.$/m);
  },
);

t.test('the table has the ratios the right way round, and no figure for what failed', async (t) => {
  const common = { setting: 'paper', benchmark: 'step' } as const;
  const measured = { device: 'x', peakRssBytes: 1 };
  const table = resultsTable({
    measurements: [
      {
        ...common,
        ...measured,
        competitor: 'full',
        seconds: 0.2,
        dispatches: 1234,
        gpuBytes: 2 ** 30,
        firstSeconds: 9,
      },
      { ...common, ...measured, competitor: 'mixed', seconds: 0.1 },
      { ...common, ...measured, competitor: 'stock', seconds: 3 },
      { ...common, ...measured, competitor: 'eager', seconds: 0.4, gpuBytes: 2 ** 31 },
      { setting: 'small', benchmark: 'step', competitor: 'full', failure: 'took longer than 600 s' },
    ],
    verified: { mixed: { device: 'x', translation: 1e-3, gradients: { a: 0.02, b: 0.01 }, losses: { c: 1e-4 } } },
    toggles: { 'as set': { ms: 12.34 }, skip_validation: { failure: 'no time left' } },
    profiles: {
      'step paper': { device: 'x', submittedMs: 1, stepMs: 2, kernelsMs: 3, kernels: [{ name: 'k', calls: 4, ms: 3 }] },
    },
    tiles: [],
  });
  t.match(table, '| step paper | 200 | 100 | 3.00e+3 | 400 | – | – | 0.50 | 0.25 | 1234 | 1024 | 2048 | 9.0 |');
  t.match(table, '| step small | – | – | – | – | – | – | – | – | – | – | – | – |');
  t.match(table, '| mixed | 1.0e-3 | 2.0e-2 | 1.0e-4 |');
  t.match(table, '| as set | 12.34 |');
  t.match(table, '| skip_validation | no time left |');
  t.match(table, 'step paper: 2.0 ms a step, submitted after 1.0 ms, kernels 3.0 ms');
  t.match(table, '| k | 4 | 3.00 |');
});
