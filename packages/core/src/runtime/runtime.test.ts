import os from 'node:os';
import t from 'tap';
import { cacheFolder } from './files.ts';
import { listsAvx, mayHaveGpu, softwareVulkanInstalled } from './hardware.ts';
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

const isLinux = process.platform === 'linux';

t.test('a machine without a GPU is known without opening a driver', { skip: !isLinux && 'Linux only' }, (t) => {
  const devices = { null: '', tty0: '', kvm: '' };
  t.notOk(mayHaveGpu(t.testdir(devices)));
  for (const device of ['dri', 'nvidia0', 'dxg', 'mali0', 'kgsl-3d0']) {
    t.ok(mayHaveGpu(t.testdir({ ...devices, [device]: '' })), device);
  }
  t.ok(mayHaveGpu('/nonexistent'), 'where nobody can tell there may be one');
  const drivers = t.testdir({ 'lvp_icd.x86_64.json': '', 'radeon_icd.json': '' });
  const named = (file: string) => softwareVulkanInstalled({ VK_DRIVER_FILES: `${drivers}/${file}` });
  t.same([named('lvp_icd.x86_64.json'), named('radeon_icd.json'), named('lvp_gone.json')], [true, false, false]);
  t.end();
});
