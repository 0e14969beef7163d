import t from 'tap';
import { counted, formatBytes, formatSeconds, formatTable, shellQuoted, shortNumber } from './format.ts';

t.test('times read as people say them, also at the seams', async (t) => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [0.0312, '0.031 s'],
    [1, '1.0 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [3599.6, '1 h 0 min'],
    [86_399, '1 d 0 h'],
    [273_600, '3 d 4 h'],
    [Number.POSITIVE_INFINITY, 'unknown'],
  ];
  for (const [seconds, text] of cases) t.equal(formatSeconds(seconds), text);
});

t.test('bytes and counts', async (t) => {
  t.equal(formatBytes(76_600), '77 kB');
  t.equal(formatBytes(999_500), '1 MB');
  t.equal(formatBytes(353_400_000), '353 MB');
  t.equal(formatBytes(2_340_000_000), '2.3 GB');
  t.equal(counted(1, 'mask'), '1 mask');
  t.equal(counted(0, 'mask'), '0 masks');
  t.equal(counted(2, 'entry', 'entries'), '2 entries');
});

t.test('a command that is printed can be pasted into a shell', async (t) => {
  t.equal(shellQuoted('runs/a-1_b.c'), 'runs/a-1_b.c');
  t.equal(shellQuoted("my run's"), "'my run'\\''s'");
  t.equal(shellQuoted(''), "''");
});

t.test('tables line up', async (t) => {
  t.same(
    formatTable([
      ['a', 'bbb', ''],
      ['cc', 'd', 'e'],
    ]),
    ['a   bbb', 'cc  d    e'],
  );
});

t.test('numbers are short', async (t) => {
  const spelled: [number, string][] = [
    [0, '0'],
    [0.12345, '0.123'],
    [2e-4, '2e-4'],
    [1.5, '1.5'],
    [1234, '1234'],
    [45_600, '45.6k'],
    [1e6, '1M'],
    [2.5e9, '2.5G'],
    [Number.NaN, '-'],
  ];
  for (const [value, text] of spelled) t.equal(shortNumber(value), text);
});
