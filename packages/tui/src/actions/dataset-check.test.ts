import type { DatasetFault } from '@instagan/datasets';
import t from 'tap';
import { groupedFaults } from './dataset-check.ts';

const fault = (code: DatasetFault['code'], file: string): DatasetFault => ({
  severity: 'warning',
  code,
  file,
  message: `${file} is wrong.`,
});

t.test('many faults of one kind are one group with a count, and each file is named', (t) => {
  const many = Array.from({ length: 1000 }, (_, i) => fault('mask-size', `m${i}`));
  const lines = groupedFaults([
    fault('mask-grey', 'a'),
    ...many.slice(0, 500),
    fault('mask-grey', 'b'),
    ...many.slice(500),
  ]);
  t.equal(lines.length, 4);
  t.same(lines.slice(0, 3), ['a is wrong.', 'b is wrong.', '1000 faults of one kind (mask-size): m0 is wrong.']);
  t.match(lines[3], /^ {2}The same in m1, m2, .*, m100, and 899 more that --json lists\.$/);
  t.same(groupedFaults(many.slice(0, 3)), ['m0 is wrong.', 'm1 is wrong.', 'm2 is wrong.']);
  t.end();
});
