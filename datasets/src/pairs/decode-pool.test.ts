import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { writeBoxDataset } from '../folder/box-dataset.test-fixture.ts';
import { openDecodePool } from './decode-pool.ts';
import type { SampleOptions, SampleTask } from './decode-sample.ts';
import { startWorker } from './start-worker.ts';

const options: SampleOptions = {
  size: { height: 18, width: 24 },
  loadScale: 1.1,
  augment: true,
  seed: 1,
  maxInstances: 4,
  instanceOrder: 'area',
  maskJitter: 0,
  region: 'image',
};

const taskOf = (root: string, name: string): SampleTask => ({
  name,
  file: join(root, 'trainA', `${name}.png`),
  masks: [join(root, 'trainA_seg', `${name}_0.png`)],
  predictedMasks: [],
  epoch: 0,
  index: 0,
  domain: 'A',
});

/** A worker of a few lines in place of the real one. */
const script = (code: string) => () =>
  new Worker(
    `const { parentPort } = require('node:worker_threads'); parentPort.postMessage({ type: 'ready' }); ${code}`,
    {
      eval: true,
      execArgv: [],
    },
  );

t.test('threads give the very samples that decoding in this thread gives', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const threads = await openDecodePool(options, { workers: 2, cacheBytes: 1e6 });
  const here = await openDecodePool(options, { workers: 0, cacheBytes: 1e6 });
  t.same([threads.pool.workers, threads.warning, here.pool.workers, here.warning], [2, null, 0, null]);
  for (const name of ['a0', 'a1', 'a2', 'a3']) {
    t.same(await threads.pool.decode(taskOf(root, name)), await here.pool.decode(taskOf(root, name)), name);
  }
  await threads.pool.close();
  await here.pool.close();
});

t.test('where threads do not start, training goes on in one thread and says so', async (t) => {
  const root = await writeBoxDataset(t.testdir());
  const refuses = () => {
    throw new Error('no threads on this machine');
  };
  const crashes = () => new Worker('throw new Error("cannot load")', { eval: true, execArgv: [] });
  let calls = 0;
  const second = (data: Parameters<typeof startWorker>[0]) => (calls++ === 0 ? startWorker(data) : refuses());
  for (const [start, why] of [
    [refuses, /no threads on this machine/],
    [crashes, /cannot load/],
    [second, /no threads on this machine/],
  ] as const) {
    const { pool, warning } = await openDecodePool(options, { workers: 2, cacheBytes: 0 }, start);
    t.match(warning, why);
    t.equal(pool.workers, 0);
    t.equal((await pool.decode(taskOf(root, 'a0'))).name, 'a0');
    await pool.close();
  }
});

t.test('a worker that dies fails what waits for it, naming the file, instead of hanging the run', async (t) => {
  const { pool } = await openDecodePool(
    options,
    { workers: 1, cacheBytes: 0 },
    script("parentPort.once('message', () => process.exit(9))"),
  );
  const first = pool.decode(taskOf('/data', 'a0'));
  const second = pool.decode(taskOf('/data', 'a1'));
  await t.rejects(first, { name: 'UserError', message: /code 9 while it read .*a0\.png.*fewer workers/ });
  await t.rejects(second, { name: 'UserError' });
  await t.rejects(pool.decode(taskOf('/data', 'a2')), { name: 'UserError' }, 'and what is asked for later');
  await pool.close();
});

t.test('a worker that is stuck is ended by force', { timeout: 10_000 }, async (t) => {
  const { pool } = await openDecodePool(
    options,
    { workers: 1, cacheBytes: 0 },
    script("parentPort.on('message', () => { for (;;); })"),
  );
  const stuck = pool.decode(taskOf('/data', 'a0'));
  const startedMs = performance.now();
  await Promise.all([t.rejects(stuck, /closed/), pool.close()]);
  t.ok(performance.now() - startedMs < 6_000);
});
