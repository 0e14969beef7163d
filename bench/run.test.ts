import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ARGS = ['../scripts/start.js', './run.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url)));
const TINY = '--size 32x32 --ngf 2 --blocks 1 --steps 1 --warm-up 0 --threads 1';

function bench(line: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...ARGS, ...line.split(' ')], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

for (const [benchmark, field] of [
  ['step', 'secondsPerStep'],
  ['translate', 'secondsPerImage'],
] as const) {
  t.test(`the JSON of ${benchmark} has what scripts and tables are made from`, async (t) => {
    const { status, stdout, stderr } = bench(`${benchmark} ${TINY} --json`);
    t.equal(status, 0, benchmark, { output: stderr });
    const report = JSON.parse(stdout) as { results: Record<string, unknown>[]; peer: null; ratios: null };
    const [result, ...others] = report.results;
    t.same(others, []);
    t.equal(result?.backend, 'wasm');
    t.ok((result?.[field] as number) > 0, field);
    t.ok((result?.peakRssBytes as number) > 2 ** 25, 'a process of Node takes more than 32 MiB');
    t.equal(report.peer, null);
  });
}

t.test('wrong usage and failures are told in one line, and are no result', async (t) => {
  const wrong = bench('step --size 30x30');
  t.equal(wrong.status, 2);
  t.match(wrong.stderr, /^bench: --size 30x30 is no size.*\n$/);
  const failed = bench(`step ${TINY} --peer pytorch`, { PYTHON: '/nonexistent/python' });
  t.equal(failed.status, 1);
  t.match(failed.stderr, /^bench: \/nonexistent\/python failed.*\n$/m);
});
