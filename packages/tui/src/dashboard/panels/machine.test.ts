import t from 'tap';
import { textWidth } from '../../output/text-width.ts';
import { sparkline } from '../charts/sparkline.ts';
import { loggedRun, meadowEvents, trainedRun, User } from '../test-support.ts';
import { type MachineMeters, parseCpuTime, parseGpu, parseMemory } from '../watch/machine.ts';

const MACHINE: MachineMeters = {
  cores: 8,
  cpu: [0, 0.25, 0.5, 1, 0.45],
  memory: [0.5, 0.95],
  memoryBytes: { used: 15.2e9, total: 16e9 },
  diskBytes: { used: 400e9, total: 500e9 },
  gpus: [
    {
      name: 'NVIDIA H100',
      busy: [0.9, 0.98],
      memory: [0.7, 0.71],
      memoryBytes: { used: 57.1e9, total: 80e9 },
      celsius: 61,
      watts: 349.6,
    },
  ],
};

t.test('the meters of the machine stand beside the curves of a run that is trained on it', async (t) => {
  const run = trainedRun(t, meadowEvents());
  for (const [columns, rows] of [
    [60, 60],
    [80, 60],
    [100, 60],
    [200, 50],
  ] as const) {
    const user = new User([run], { columns, rows, machine: MACHINE });
    const text = user.screen();
    t.match(text, /─ machine ─/, `${columns} columns`);
    t.match(text, / cpu +▂▄█▄ +45 % of 8 cores/);
    t.match(text, / memory +▄█ +95 % 15\.2 of 16\.0 GB/);
    t.match(text, / disk +█+░+ +80 % 100\.0 GB free/);
    t.match(text, / gpu 0 +▇█ +98 % 61 °C 350 W NVID/);
    t.match(text, / memory +▆▆ +71 % 57\.1 of 80\.0 GB/);
    t.match(text, /─ content losses ─/);
    t.ok(user.lines().every((line) => textWidth(line) <= columns));
  }
});

t.test('they are left out for runs that are over, where their view says so', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())], { columns: 200, rows: 50, machine: MACHINE });
  t.notMatch(user.screen(), '─ machine ─');
  t.match(user.press('9').screen(), /─ machine ─+ the run is not trained on it now ─\n cpu /);
});

t.test('readings of the system are understood', async (t) => {
  t.same(parseCpuTime('cpu  100 10 50 800 40 0 0 0 0 0\ncpu0 1 2 3\n'), { busy: 160, total: 1000 });
  t.same(parseMemory('MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    4000 kB\n'), {
    used: 12000 * 1024,
    total: 16000 * 1024,
  });
  t.throws(() => parseMemory('something else'));
  t.same(parseGpu('0, NVIDIA H100 80GB HBM3, 98, 58000, 81559, 61, 349.62'), {
    index: 0,
    name: 'NVIDIA H100 80GB HBM3',
    busy: 0.98,
    memoryBytes: { used: 58000 * 2 ** 20, total: 81559 * 2 ** 20 },
    celsius: 61,
    watts: 349.62,
  });
  t.match(parseGpu('1, Tesla K80, [N/A], 10, 11441, 40, [N/A]'), { busy: 0, celsius: 40, watts: null });
  t.equal(parseGpu('No devices were found'), null);
  t.equal(sparkline([0, 0.001, 0.5, 1, 2], 7), '   ▁▄██');
});
