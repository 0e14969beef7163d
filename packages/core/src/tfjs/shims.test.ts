import { createRequire } from 'node:module';
import os from 'node:os';
import t from 'tap';
import { withPthreadWorkers } from './pthread-workers.ts';
import { restoreRemovedUtil } from './removed-util.ts';
import { withReportedCpus } from './reported-cpus.ts';

const require = createRequire(import.meta.url);

t.test('tfjs-node finds the functions that Node 23 removed', async (t) => {
  const util = require('node:util') as Record<string, ((value?: unknown) => boolean) | undefined>;
  const kept = { isNullOrUndefined: util.isNullOrUndefined, isArray: util.isArray };
  t.teardown(() => Object.assign(util, kept));
  delete util.isNullOrUndefined;
  delete util.isArray;
  restoreRemovedUtil();
  t.strictSame(
    [null, undefined, 0, ''].map((value) => util.isNullOrUndefined!(value)),
    [true, true, false, false],
  );
  t.strictSame(
    [[], {}].map((value) => util.isArray!(value)),
    [true, false],
  );
});

t.test('os.cpus is right again after the threads were started', async (t) => {
  const before = os.cpus().length;
  await withReportedCpus(before + 3, async () => t.equal(require('node:os').cpus().length, before + 3));
  await t.rejects(
    withReportedCpus(before + 3, async () => {
      throw new Error('start failed');
    }),
    /start failed/,
  );
  t.equal(os.cpus().length, before);
});

t.test('a worker that does not start is an error, not a wait for ever', async (t) => {
  const started = withPthreadWorkers('this is no program', 2, () => {
    const { Worker } = require('node:worker_threads') as { Worker: new () => unknown };
    for (let slot = 0; slot < 8; slot++) new Worker();
    return new Promise(() => {});
  });
  await t.rejects(started, { name: 'SyntaxError' });
  await t.rejects(
    withPthreadWorkers('', 9, async () => {}),
    /from 1 to 8/,
  );
});
