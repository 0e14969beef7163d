import t from 'tap';
import { RepeatedErrors } from './repeated-errors.ts';

t.test('one error a file is told three times, not thousands', (t) => {
  const errors = new RepeatedErrors();
  const told = Array.from({ length: 5000 }, (_, i) =>
    errors.tell(`Cannot write out/sheep${i}.png: no.`, `in/sheep${i}.jpg`),
  );
  t.same(
    told.filter((text) => text !== null),
    [
      ...[0, 1, 2].map((i) => `Cannot write out/sheep${i}.png: no.`),
      'More files fail in the same way; they are counted, and --json names them.',
    ],
  );
  t.equal(errors.tell('Cannot read in/a.jpg: it is damaged.', 'in/a.jpg'), 'Cannot read in/a.jpg: it is damaged.');
  t.end();
});
