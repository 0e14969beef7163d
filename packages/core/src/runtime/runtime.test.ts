import { createRequire } from 'node:module';
import os from 'node:os';
import t from 'tap';
import { cacheFolder } from './cache-folder.ts';
import { withReportedCpus } from './cpus.ts';
import { listsAvx } from './processor.ts';
import { withPthreadWorkers } from './pthread-workers.ts';
import { restoreRemovedUtil } from './removed-util.ts';
import { cpuCount, rssBytes, runtimeInfo } from './runtime-info.ts';

const require = createRequire(import.meta.url);

t.test('the runtime is told truly, so that its shims are the right ones', async (t) => {
  t.match(runtimeInfo(), {
    name: 'node',
    version: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  });
  t.equal(cpuCount(), os.availableParallelism());
  t.ok(rssBytes() > 2 ** 24, 'a running Node takes more than 16 MiB');
});

t.test('TensorFlow is kept from processors without AVX, on which it would end the process', async (t) => {
  t.ok(listsAvx('processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c\n'));
  t.notOk(listsAvx('processor\t: 0\nflags\t\t: fpu sse4_2 avx512_is_not_enough\nmodel name\t: avx\n'));
});

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

t.test('INSTAGAN_CACHE moves the cache', async (t) => {
  const before = process.env.INSTAGAN_CACHE;
  t.teardown(() => {
    if (before === undefined) delete process.env.INSTAGAN_CACHE;
    else process.env.INSTAGAN_CACHE = before;
  });
  process.env.INSTAGAN_CACHE = '/elsewhere';
  t.equal(cacheFolder(), '/elsewhere');
});
