import os from 'node:os';
import t from 'tap';
import { cacheFolder } from './files.ts';
import { listsAvx } from './hardware.ts';
import { cpuCount, rssBytes, runtimeInfo } from './runtime-info.ts';

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

t.test('INSTAGAN_CACHE moves the cache', async (t) => {
  const before = process.env.INSTAGAN_CACHE;
  t.teardown(() => {
    if (before === undefined) delete process.env.INSTAGAN_CACHE;
    else process.env.INSTAGAN_CACHE = before;
  });
  process.env.INSTAGAN_CACHE = '/elsewhere';
  t.equal(cacheFolder(), '/elsewhere');
});
